import './require-node.mjs'

// Loaded after the check above, because an old Node cannot read TypeScript.
const { build } = await import('./build.ts')
const { soak } = await import('../bench/soak.ts')
process.exitCode = (await build()) || (await soak(process.argv.slice(2)))
