import './require-node.mjs'

// Loaded after the check above, because an old Node cannot read TypeScript.
const { screenshots } = await import('./screenshots/screenshots.ts')
process.exitCode = await screenshots(process.argv.slice(2))
