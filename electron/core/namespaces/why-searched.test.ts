import { countTokens } from 'gpt-tokenizer/encoding/o200k_base'
import { expect, test } from 'vitest'
import { openRawClient } from '../testing/raw-client.ts'
import { echoServer } from '../testing/echo-definition.ts'
import { configFileOf, startTempCore } from '../testing/temp-core.ts'

/** A thread that counts starts slowly where other tests run beside it. */
const PATIENT = { timeout: 15_000 }

test('a tool that clients have to search for is told of, until it is pinned', async () => {
  const server = echoServer({ name: 'one', bare: true, tools: 3 })
  await using core = await startTempCore({ file: configFileOf([server]) })
  const { namespaces, servers, endpoints } = core.admin
  const [{ id: serverId } = { id: '' }] = await servers.list.query()
  const [{ id, discovery } = { id: '', discovery: undefined }] = await endpoints.list.query()
  await expect.poll(async () => (await servers.list.query())[0]?.toolCount, PATIENT).toBe(3)
  const set = (patch: object) =>
    endpoints.update.mutate({
      id,
      patch: { discovery: { mode: 'direct', aboveTokens: 20_000, pinned: [], ...patch } },
    })
  const why = async () => {
    const { steps } = await namespaces.why.query({ serverId, tool: 'tool_000' })
    return steps.find((step) => step.check === 'search')
  }

  expect(discovery?.mode).toBe('direct')
  expect(await why()).toBeUndefined()
  await set({ mode: 'search' })
  const fix = { id: 'pin-tool', endpointId: id, serverId, tool: 'tool_000' }
  expect(await why()).toMatchObject({ result: 'warn', finding: 'searched', fix })
  await set({ mode: 'auto', aboveTokens: 5 })
  expect(await why()).toMatchObject({ finding: 'searched-above', fix })
  await set({ mode: 'auto', aboveTokens: 5, pinned: [{ serverId, tool: 'tool_000' }] })
  expect(await why()).toMatchObject({ result: 'ok', finding: 'tool-pinned', fix: null })
  await set({ mode: 'auto' })
  expect(await why()).toMatchObject({ result: 'ok', finding: 'tool-listed' })
})

test('what an endpoint costs is what its clients read, and what they would', async () => {
  const server = echoServer({ name: 'one', bare: true, tools: 30 })
  const file = configFileOf([server], { discovery: { mode: 'search' } })
  await using core = await startTempCore({ file })
  const { endpoints, servers } = core.admin
  await expect.poll(async () => (await servers.list.query())[0]?.toolCount, PATIENT).toBe(30)
  const cost = async () => (await endpoints.costs.query())[0]
  const { listed, all } = (await cost()) ?? { listed: 0, all: 0 }
  expect(listed).toBeGreaterThan(50)
  expect(all).toBeGreaterThan(3 * listed)
  const [{ id } = { id: '' }] = await endpoints.list.query()
  const discovery = { mode: 'direct' as const, aboveTokens: 20_000, pinned: [] }
  await endpoints.update.mutate({ id, patch: { discovery } })
  await expect.poll(async () => (await cost())?.listed === (await cost())?.all, PATIENT).toBe(true)
  await endpoints.setEnabled.mutate({ id, enabled: false })
  expect(await endpoints.costs.query()).toEqual([])
})

test('a sum that was told as an estimate is told anew once it is counted', async () => {
  const description = '天气预报。'.repeat(100)
  const extraTools = [{ name: 'weather', description, inputSchema: { type: 'object' } }]
  const file = configFileOf([echoServer({ name: 'one', bare: true, extraTools })])
  await using core = await startTempCore({ file })
  await using client = await openRawClient(core, { era: 'modern' })
  const { tools } = await client.request('tools/list')
  const counted = countTokens(JSON.stringify((tools as object[])[0]))
  const summed = async () => (await core.admin.namespaces.summaries.query())[0]?.tokens ?? 0
  const told: string[] = []
  core.changes.subscribe(({ kind }) => told.push(kind))
  expect(await summed()).toBeLessThan(counted * 0.9)
  await expect.poll(() => told, PATIENT).toContain('tokens')
  expect(Math.abs((await summed()) - counted)).toBeLessThan(counted * 0.02)
})
