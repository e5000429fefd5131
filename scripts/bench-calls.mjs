import './require-node.mjs'

// Loaded after the check above, because an old Node cannot read TypeScript.
const { benchCalls } = await import('../bench/calls.ts')
process.exitCode = await benchCalls()
