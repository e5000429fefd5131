import './require-node.mjs'

// Loaded after the check above, because an old Node cannot read TypeScript.
const { benchSearch } = await import('../bench/search/search.ts')
process.exitCode = await benchSearch()
