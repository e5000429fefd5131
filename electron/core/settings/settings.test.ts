import { ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { DEFAULT_PREFERENCES } from '../../../shared/preferences.ts'
import { readStart } from '../../host/read-start.ts'
import type { Change } from '../changes.ts'
import { connectAuto, connectLegacy } from '../testing/clients.ts'
import { echoServer } from '../testing/echo-definition.ts'
import { configFileOf, startTempCore } from '../testing/temp-core.ts'
import { openTempStores } from '../testing/temp-stores.ts'
import { openPreferences } from './preferences.ts'

const start = (dataDir: string, args: string[] = [], env = {}) =>
  readStart({ args: ['--data-dir', dataDir, ...args], env, foreignSwitches: 'refuse' })

test('preferences are kept, told, and changed field by field', async () => {
  await using core = await startTempCore()
  const told: Change[] = []
  core.changes.subscribe((change) => void told.push(change))
  const { settings } = core.admin
  expect(await settings.get.query()).toMatchObject({ ...DEFAULT_PREFERENCES, paused: false })
  await settings.set.mutate({ theme: 'dark' })
  await settings.set.mutate({ language: 'zh', onClose: 'quit' })
  const expected = { ...DEFAULT_PREFERENCES, theme: 'dark', language: 'zh', onClose: 'quit' }
  expect(await settings.get.query()).toMatchObject(expected)
  expect(told).toContainEqual({ kind: 'preferences' })
  await expect(settings.set.mutate({ theme: 'pink' as never })).rejects.toThrow('theme')
  await core.close()
  await using later = await startTempCore({ dataDir: core.dataDir })
  expect(await later.admin.settings.get.query()).toMatchObject(expected)
})

test('what another version chose and this one does not know is the default', async () => {
  await using stores = await openTempStores()
  const { settings } = stores
  await settings.set('preferences', { theme: 'sepia', language: 'zh', more: 1 })
  const changes = { publish: () => undefined, subscribe: () => () => undefined }
  const later = await openPreferences({ settings, changes })
  expect(later.get()).toEqual({ ...DEFAULT_PREFERENCES, language: 'zh' })
})

test('a port that was chosen is that of the next start, below arguments and variables', async () => {
  await using core = await startTempCore()
  const { dataDir, admin } = core
  const { port: now } = new URL(core.url)
  const free = await takePort()
  await free.close()
  const view = await admin.settings.set.mutate({ port: free.port, logLevel: 'debug' })
  expect(view.port).toEqual({ now: Number(now), next: free.port, fixedBy: null })
  expect(view.logLevel).toEqual({ now: 'info', next: 'debug', fixedBy: null })
  const chosen = { port: free.port, logLevel: 'debug', startedWith: { sources: {} } }
  expect(start(dataDir)).toMatchObject({ config: chosen, warnings: [] })
  const other = start(dataDir, ['--port', '7'], { METAMCP_LOG_LEVEL: 'warn' })
  const startedWith = {
    logLevel: 'warn',
    sources: { port: '--port', logLevel: 'METAMCP_LOG_LEVEL' },
  }
  expect(other).toMatchObject({ config: { port: 7, logLevel: 'warn', startedWith } })
  await admin.settings.set.mutate({ port: null })
  expect(start(dataDir)).toMatchObject({ config: { port: 12_008, logLevel: 'debug' } })
})

test('a port that is taken, or that an argument decides, is refused with the reason', async () => {
  await using core = await startTempCore({
    startedWith: { logLevel: 'warn', sources: { logLevel: '--log-level' } },
  })
  const { settings } = core.admin
  await using taken = await takePort()
  const inUse = `Port ${taken.port} is in use by another program.`
  await expect(settings.set.mutate({ port: taken.port })).rejects.toThrow(inUse)
  await expect(settings.set.mutate({ port: 70_000 })).rejects.toThrow('port')
  const decided = settings.set.mutate({ logLevel: 'debug' })
  await expect(decided).rejects.toThrow('--log-level decides this at each start, and wins.')
  const { port, logLevel } = await settings.get.query()
  expect([port.next, logLevel]).toEqual([
    12_008,
    { now: 'warn', next: 'warn', fixedBy: '--log-level' },
  ])
})

test('a damaged file of settings is told of, and stops no start', async () => {
  await using core = await startTempCore()
  await writeFile(join(core.dataDir, 'host.json'), '{"port": "many"}')
  const { config, warnings } = start(core.dataDir) as Extract<
    ReturnType<typeof readStart>,
    { kind: 'start' }
  >
  expect(config.port).toBe(12_008)
  expect(warnings).toEqual([expect.stringContaining('host.json cannot be read')])
})

test('a pause takes all tools from all clients, also over a restart, and gives them back', async () => {
  const file = configFileOf([echoServer({ name: 'one' })])
  await using core = await startTempCore({ file })
  await using client = await connectLegacy(core.mcpUrl(), core.key)
  let told = 0
  client.setNotificationHandler(ToolListChangedNotificationSchema, () => void told++)
  const before = (await client.listTools()).tools
  expect(before.length).toBeGreaterThan(0)

  const { settings, status } = core.admin
  expect(await settings.setPaused.mutate({ paused: true })).toEqual({ paused: true, told: 1 })
  await expect.poll(() => told).toBeGreaterThan(0)
  expect((await client.listTools()).tools).toEqual([])
  const call = client.callTool({ name: before[0]?.name ?? '', arguments: {} })
  await expect(call).rejects.toMatchObject({ code: -32_602 })
  expect(await status.overview.query()).toMatchObject({ paused: true, endpoints: [{}] })
  // The person can still try what clients cannot use.
  expect((await core.admin.servers.list.query())[0]).toMatchObject({ enabled: true })
  await core.close()

  await using later = await startTempCore({ dataDir: core.dataDir })
  await using again = await connectAuto(later.mcpUrl(), core.key)
  expect((await again.listTools()).tools).toEqual([])
  await later.admin.settings.setPaused.mutate({ paused: false })
  expect((await again.listTools()).tools).toHaveLength(before.length)
})

async function takePort() {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = () => new Promise<void>((resolve) => server.close(() => resolve()))
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return { port, close, [Symbol.asyncDispose]: close }
}
