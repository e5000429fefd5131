import './require-node.mjs'

// Loaded after the check above, because an old Node cannot read TypeScript.
const { benchPipeline } = await import('../bench/pipeline.ts')
process.exitCode = await benchPipeline()
