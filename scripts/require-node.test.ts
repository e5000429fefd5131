import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const guard = join(import.meta.dirname, 'require-node.mjs')

function runOn(version: string) {
  const pretend = `Object.defineProperty(process, 'versions', { value: { node: '${version}' } })`
  const args = ['--import', `data:text/javascript,${encodeURIComponent(pretend)}`, guard]
  return spawnSync(process.execPath, args, { encoding: 'utf8' })
}

test.each(['18.20.0', '20.20.2', '22.11.0', '24.3.0'])('Node %s is refused', (version) => {
  const { status, stdout, stderr } = runOn(version)
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
  expect(stderr).toMatch(/^MetaMCP needs Node 24\.4 or newer but runs on v.*\.\n$/)
})

test.each(['24.4.0', '24.21.0', '26.0.0'])('Node %s is taken', (version) => {
  const { status, stderr } = runOn(version)
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
})
