import './require-node.mjs'

// Loaded after the check above, because an old Node cannot read TypeScript.
const { start } = await import('./start.ts')
process.exitCode = await start(process.argv.slice(2))
