import './require-node.mjs'

// Loaded after the check above, because an old Node cannot read TypeScript.
const { build } = await import('./build.ts')
const { benchScale } = await import('../bench/scale.ts')
process.exitCode = (await build()) || (await benchScale(process.argv.slice(2)))
