import { expect, test } from 'vitest'
import { openLogLines } from '../testing/log-lines.ts'
import { echoServer } from '../testing/echo-definition.ts'
import { openRawClient } from '../testing/raw-client.ts'
import { configFileOf, startTempCore } from '../testing/temp-core.ts'

const eras = ['legacy', 'modern'] as const

test.each(eras)('a %s client and its calls are seen, and known after a restart', async (era) => {
  const file = configFileOf([echoServer({ tools: 2 })])
  await using core = await startTempCore({ file })
  const { admin } = core
  const info = { name: `Client-${era}`, title: 'A client', version: '1.2' }
  {
    await using client = await openRawClient(core, { era, info })
    const { tools } = (await client.request('tools/list')) as { tools: { name: string }[] }
    await client.call('echo__echo', { message: 'hello' })
    await client.call('echo__fail')
    await client.request('tools/call', { name: 'nothing' }).catch(() => undefined)
    await client.request('completion/complete', { ref: {} }).catch(() => undefined)

    const [seen, ...others] = await admin.activity.clients.query()
    expect(others).toEqual([])
    expect(seen).toMatchObject({
      ...{ id: info.name.toLowerCase(), name: 'A client', version: '1.2', endpoint: 'default' },
      ...{ tools: tools.length, calls: 3, sessions: era === 'legacy' ? 1 : 0 },
    })
    const [unknown, failed, echo] = await admin.activity.latest.query({ limit: 10 })
    expect(echo).toMatchObject({ server: 'echo', outcome: 'ok', client: 'A client' })
    expect(failed).toMatchObject({ name: 'echo__fail', outcome: 'tool-error' })
    expect(unknown).toMatchObject({ server: null, name: 'nothing', outcome: 'error', code: -32602 })
    const overview = await admin.activity.overview.query({ minutes: 5 })
    expect(overview).toMatchObject({ calls: 3, callsPerMinute: 3, hasCalls: true, clients: 1 })
    expect(overview.sessions).toEqual(era === 'legacy' ? { default: 1 } : {})
    const [apiKey] = await admin.apiKeys.list.query()
    const keys = await admin.activity.keys.query()
    expect(keys[apiKey?.id ?? '']).toMatchObject({ client: 'A client' })
  }
  await core.close()
  await using again = await startTempCore({ dataDir: core.dataDir })
  const [known] = await again.admin.activity.clients.query()
  expect(known).toMatchObject({ id: info.name.toLowerCase(), calls: 3, sessions: 0, tools: null })
})

test('the log tells what servers print, who comes and goes, and when lists change', async () => {
  const stderr = 'reading with sk-very-secret'
  const noisy = echoServer({ stderr, tools: 3 }, { env: { TOKEN: 'sk-very-secret' } })
  const { log, lines } = openLogLines()
  await using core = await startTempCore({ log, file: configFileOf([noisy]) })
  const { admin } = core
  const entries = () => admin.logs.list.query({})
  {
    await using client = await openRawClient(core, { era: 'legacy', info: { name: 'visitor' } })
    await client.request('tools/list')
  }
  const texts = async () => (await entries()).map(({ level, text }) => `${level} ${text}`)
  await expect.poll(texts).toContain('stderr reading with •••')
  await expect.poll(texts).toContain('info a session began')
  await expect.poll(texts).toContain('info a session ended')
  const printed = (await entries()).find(({ level }) => level === 'stderr')
  const [server] = await admin.servers.list.query()
  expect(printed?.server).toEqual({ id: server?.id, name: 'echo' })
  const ours = (await entries()).find(({ text }) => text === 'a session began')
  expect(ours).toMatchObject({ facts: { client: 'visitor', endpoint: 'default' }, server: null })
  expect(lines.map(({ message }) => message)).toContain('a session began')

  // The first count is taken a moment after the start; only then there is something to compare.
  const [namespace] = await admin.namespaces.list.query()
  const switchServer = (enabled: boolean) =>
    admin.servers.setEnabled.mutate({ id: server?.id ?? '', enabled })
  expect(namespace).toBeDefined()
  let isOn = true
  await expect
    .poll(
      async () => {
        isOn = !isOn
        await switchServer(isOn)
        return (await texts()).join('\n')
      },
      { interval: 500, timeout: 10_000 },
    )
    .toMatch(/info endpoint default: \d+ tools → \d+/)
})
