import './require-node.mjs'

// Loaded after the check above, because an old Node cannot read TypeScript.
const { build } = await import('./build.ts')
const { benchMemory } = await import('../bench/memory.ts')
process.exitCode = (await build()) || (await benchMemory())
