import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { isObject, type JsonObject } from '../json-rpc.ts'
import { echoServer } from '../testing/echo-definition.ts'
import { call, openEchoPools, report } from '../testing/echo-pools.ts'
import type { Connection } from './connection.ts'

/** What a server over stdio finds on its stdin, byte by byte. */

const TEE = `
import { spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
const [file, program, options] = process.argv.slice(1)
const child = spawn(process.execPath, [program, options], { stdio: ['pipe', 'inherit', 'inherit'] })
process.stdin.pipe(createWriteStream(file))
process.stdin.pipe(child.stdin)
child.on('exit', (code) => process.exit(code ?? 1))
`

/** Answers the first request with an error, and speaks the older era like any server. */
const REFUSING = `
import { createInterface } from 'node:readline'
const error = JSON.parse(process.argv[1])
createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method } = JSON.parse(line)
  const hello = {
    protocolVersion: '2025-11-25',
    capabilities: { tools: {} },
    serverInfo: { name: 'refusing', version: '1' },
  }
  const answer = method === 'initialize' ? { result: hello } : { error }
  if (id !== undefined) process.stdout.write(JSON.stringify({ jsonrpc: '2.0', id, ...answer }) + '\\n')
})
`

const AWKWARD = 'lines\nand\r\n\u2028and\u2029 "quotes" \u0000 \u{1F642}'

function isMessage(message: unknown): boolean {
  if (!isObject(message) || message['jsonrpc'] !== '2.0') return false
  const { id, method } = message
  const hasId = typeof id === 'string' || Number.isInteger(id)
  return typeof method === 'string' ? id === undefined || hasId : hasId
}

// Shows: stdio-lines, stdio-stdin
test.each(['legacy', 'modern'] as const)(
  'each line that a %s server reads is one message, and there is nothing else',
  async (era) => {
    const folder = await mkdtemp(join(tmpdir(), 'metamcp-stdin-'))
    const file = join(folder, 'stdin')
    await using world = openEchoPools()
    const { args = [] } = echoServer({ era })
    const wrapped = ['--input-type=module', '-e', TEE, '--', file, ...args]
    const connection = await world.connect(world.define({ era }, { args: wrapped }))
    const said = await call(connection, 'reflect', { message: AWKWARD })
    expect(said['structuredContent']).toMatchObject({ params: { arguments: { message: AWKWARD } } })
    // A question of the server is answered, a call cancelled, and a notification sent.
    if (era === 'legacy') await call(connection, 'ask', { method: 'ping' })
    const abort = new AbortController()
    const params = { name: 'hold', arguments: { key: AWKWARD } }
    const held = connection.request('tools/call', params, { signal: abort.signal })
    await expect.poll(async () => (await stateOf(connection)).running).toContain('hold')
    abort.abort(new Error(AWKWARD))
    await expect(held).rejects.toThrow()
    await expect.poll(async () => (await stateOf(connection)).cancelled).toHaveLength(1)
    await world.pools.close()

    const text = await readFile(file, 'utf8')
    await rm(folder, { recursive: true })
    expect(text.endsWith('\n')).toBe(true)
    expect(text).not.toContain('\r')
    const messages = text
      .slice(0, -1)
      .split('\n')
      .map((line) => JSON.parse(line) as JsonObject)
    expect(messages.filter((one) => !isMessage(one))).toEqual([])
    expect(messages[0]).toMatchObject({ method: 'server/discover' })
    const methods = messages.flatMap(({ method }) => method ?? [])
    expect(methods).toContain('tools/call')
    expect(methods).toContain('notifications/cancelled')
    expect(messages.some((one) => 'result' in one)).toBe(era === 'legacy')
  },
)

async function stateOf(connection: Connection) {
  return (await report(connection)) as { running: string[]; cancelled: object[] }
}

const refusing = (error: object) => ({
  args: ['--input-type=module', '-e', REFUSING, '--', JSON.stringify(error)],
})

// Shows: stdio-probe, stdio-probe-fallback
test.each([
  { code: -32601, message: 'Method not found' },
  { code: -32602, message: 'Invalid params' },
  { code: -32600, message: 'Not initialized' },
  { code: -32000, message: 'Server not initialized' },
  { code: -32603, message: 'Internal error' },
  { code: 7, message: 'What?' },
])('a server that refuses server/discover with $code is greeted as a legacy one', async (error) => {
  await using world = openEchoPools()
  const connection = await world.connect(world.define({}, refusing(error)))
  expect(connection).toMatchObject({ era: 'legacy', hello: { serverInfo: { name: 'refusing' } } })
})

// Shows: stdio-probe-fallback
test('a server that is modern, but of a version that we do not speak, is not greeted again', async () => {
  await using world = openEchoPools()
  const data = { supported: ['2030-01-01'], requested: '2026-07-28' }
  const error = { code: -32022, message: 'Unsupported protocol version', data }
  const connecting = world.connect(world.define({}, refusing(error)))
  await expect(connecting).rejects.toThrow(/2030-01-01.*2026-07-28/)
})
