import './require-node.mjs'

// Loaded after the check above, because an old Node cannot read TypeScript.
const { verifyImage } = await import('./oci/verify.ts')
process.exitCode = await verifyImage(process.argv.slice(2))
