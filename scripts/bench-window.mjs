import './require-node.mjs'

// Loaded after the check above, because an old Node cannot read TypeScript.
const { benchWindow } = await import('../bench/window.ts')
process.exitCode = await benchWindow()
