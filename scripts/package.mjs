import './require-node.mjs'

// Loaded after the check above, because an old Node cannot read TypeScript.
const { packageApp } = await import('./package.ts')
process.exitCode = await packageApp(process.argv.slice(2))
