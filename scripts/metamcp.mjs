#!/usr/bin/env node
import './require-node.mjs'

// Loaded after the check above, because an old Node cannot read TypeScript.
const { build } = await import('./build.ts')
const code = await build()
if (code !== 0) process.exit(code)
await import('../out/main/metamcp.js')
