import './require-node.mjs'

// Loaded after the check above, because an old Node cannot read TypeScript.
const { check } = await import('./check.ts')
process.exitCode = await check()
