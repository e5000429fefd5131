import './require-node.mjs'

// Loaded after the check above, because an old Node cannot read TypeScript.
const { audit } = await import('./audit/audit.ts')
process.exitCode = await audit(process.argv.slice(2))
