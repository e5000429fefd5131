import './require-node.mjs'

// Loaded after the check above, because an old Node cannot read TypeScript.
const { build } = await import('./build.ts')
const { bench } = await import('../bench/bench.ts')
process.exitCode = (await build()) || (await bench(process.argv.slice(2)))
