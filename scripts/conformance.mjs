import './require-node.mjs'

// Loaded after the check above, because an old Node cannot read TypeScript.
const { conformance } = await import('./conformance/conformance.ts')
process.exitCode = await conformance()
