import './require-node.mjs'

// Loaded after the check above, because an old Node cannot read TypeScript.
const { printPageSizes } = await import('./page-size.ts')
process.exitCode = printPageSizes()
