import './require-node.mjs'

// Loaded after the check above, because an old Node cannot read TypeScript.
const { benchWindow } = await import('../bench/window.ts')
const { benchManyTools } = await import('../bench/many-tools.ts')
process.exitCode = Math.max(await benchWindow(), await benchManyTools())
