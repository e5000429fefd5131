#!/usr/bin/env node
// What "metamcp" runs, by whatever Node a client of ours has. Plain enough that an old one reads it.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { argv, exit, platform, version } from 'node:process'
import { fileURLToPath } from 'node:url'

const own = fileURLToPath(
  new URL(`../node_modules/.bin/node${platform === 'win32' ? '.cmd' : ''}`, import.meta.url),
)
const isOld = Number(/\d+/.exec(version)?.[0]) < 24

if (isOld && platform !== 'win32' && existsSync(own)) {
  // Both have the client's stdin and stdout: the one here only passes on how the other ended.
  const child = spawn(own, argv.slice(1), { stdio: 'inherit' })
  for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => child.kill(signal))
  child.once('close', (code) => exit(code ?? 1))
} else {
  await import('./require-node.mjs')
  const { build } = await import('./build.ts')
  const code = await build()
  if (code !== 0) exit(code)
  await import('../out/main/metamcp.js')
}
