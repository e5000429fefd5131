import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Why } from '../../../shared/offer.ts'
import { connectLegacy } from '../testing/clients.ts'
import { echoServer } from '../testing/echo-definition.ts'
import { configFileOf, startTempCore, type TempCore } from '../testing/temp-core.ts'
import { explain } from './why.ts'

const broken = ({ steps }: Why) =>
  steps.filter((step) => step.result !== 'ok').map(({ finding, fix }) => [finding, fix?.id ?? null])

/** One for all: each test has a namespace of its own, and the one that switches all off is the last. */
let core: TempCore
beforeAll(async () => {
  const servers = [
    echoServer({ name: 'one', bare: true, tools: 1 }),
    echoServer({ name: 'broken', exitAtStart: { code: 3 } }),
    echoServer({ name: 'two' }),
  ]
  core = await startTempCore({
    file: {
      ...configFileOf(servers),
      namespaces: { default: { servers: ['one', 'broken'] }, picked: { servers: ['two'] } },
      endpoints: { default: { namespace: 'default' }, picked: { namespace: 'picked' } },
    },
  })
}, 60_000)
afterAll(() => core[Symbol.asyncDispose]())

/** The id of what has that name. */
async function idOf(kind: 'namespaces' | 'servers' | 'endpoints', name: string): Promise<string> {
  const all: { id: string; name: string }[] = await core.admin[kind].list.query()
  return all.find((one) => one.name === name)?.id ?? ''
}

test('a server that lacks the tool, was never seen or is gone is told apart', async () => {
  const { namespaces } = core.admin
  await using client = await connectLegacy(core.mcpUrl(), core.key)
  await client.listTools()
  const [one, failed] = [await idOf('servers', 'one'), await idOf('servers', 'broken')]
  const first = async (serverId: string, tool = 'tool_000') => {
    const [step] = (await namespaces.why.query({ serverId, tool })).steps
    return [step?.result, step?.finding]
  }
  expect(await first(one)).toEqual(['ok', 'server-offers-tool'])
  expect(await first(one, 'other')).toEqual(['broken', 'server-lacks-tool'])
  await expect.poll(() => first(failed)).toEqual(['broken', 'server-failed'])
  expect(await first('gone')).toEqual(['broken', 'server-missing'])

  const found = { serverId: one, server: 'one', tool: 'tool_000' }
  expect(await namespaces.findTools.query({ text: 'OOL_0' })).toEqual([found])
  expect(await namespaces.findTools.query({ text: 'one__' })).toEqual([found])
  expect(await namespaces.findTools.query({ text: 'nothing' })).toEqual([])
})

test('a namespace that no endpoint serves says so; strangers are refused', async () => {
  const { namespaces } = core.admin
  const { id } = await namespaces.create.mutate({ name: 'lonely' })
  const why = await namespaces.why.query({ namespaceId: id, serverId: 'x', tool: 'y' })
  expect(why).toMatchObject({ namespace: 'lonely', endpointId: null, name: null })
  expect(broken(why).at(-1)).toEqual(['no-endpoint', 'new-endpoint'])
  for (const where of [{ namespaceId: 'nowhere' }, { endpointId: 'nowhere' }]) {
    const asked = namespaces.why.query({ ...where, serverId: 'x', tool: 'y' })
    await expect(asked).rejects.toThrow('nowhere')
  }
})

test('a tool that was not picked, or waits for a person, says so and where to look', async () => {
  const { namespaces } = core.admin
  await using client = await connectLegacy(core.mcpUrl('picked'), core.key)
  await client.listTools()
  const [id, serverId] = [await idOf('namespaces', 'picked'), await idOf('servers', 'two')]
  const ofTool = async (tool: string) => {
    const { steps } = await namespaces.why.query({ namespaceId: id, serverId, tool })
    const step = steps.find(({ check }) => check === 'tool')
    return [step?.result, step?.finding, step?.fix?.id]
  }
  const update = (patch: object) => namespaces.update.mutate({ id, patch })
  await update({ servers: [] })
  await namespaces.pickTools.mutate({ id, tools: [{ serverId, tool: 'change_tools' }] })
  expect(await ofTool('echo')).toEqual(['broken', 'tool-off', 'tool-on'])
  const { tools } = await client.listTools()
  expect(tools.map(({ name }) => name)).toEqual(['two__change_tools'])

  const offer = async (name: string, description: string) => {
    const tool = { name, description, inputSchema: { type: 'object' } }
    await client.callTool({ name: 'two__change_tools', arguments: { tool } })
    const seen = async () => {
      const [server] = (await namespaces.offer.query({ id })).servers
      return server?.tools.find((one) => one.tool === name)?.description
    }
    await expect.poll(seen, { timeout: 5_000 }).toBe(description)
  }
  await offer('newcomer', 'New')
  expect(await ofTool('newcomer')).toEqual(['broken', 'tool-unpicked', 'tool-on'])
  await update({ servers: [{ serverId, newTools: 'ask' }] })
  expect(await ofTool('newcomer')).toEqual(['broken', 'tool-new', 'open-trust'])
  await offer('change_tools', 'Does something else now')
  expect(await ofTool('change_tools')).toEqual(['warn', 'tool-changed-on', 'open-trust'])
  await update({ changedTools: 'block' })
  expect(await ofTool('change_tools')).toEqual(['broken', 'tool-changed', 'open-trust'])
  expect((await client.listTools()).tools).toEqual([])
})

test('each link between a server and a client is checked, and each fix mends its own', async () => {
  const { namespaces, servers, endpoints, apiKeys } = core.admin
  await using client = await connectLegacy(core.mcpUrl(), core.key)
  await client.listTools()
  const [id, serverId] = [await idOf('namespaces', 'default'), await idOf('servers', 'one')]
  const endpointId = await idOf('endpoints', 'default')
  const [key] = await apiKeys.list.query()
  const why = () => namespaces.why.query({ namespaceId: id, serverId, tool: 'tool_000' })

  const whole = await namespaces.why.query({ serverId, tool: 'tool_000' })
  expect(whole).toMatchObject({ server: 'one', name: 'one__tool_000', endpointId })
  expect(whole.steps.map((step) => step.check)).toEqual([
    ...['server', 'namespace', 'tool', 'endpoint', 'key'],
  ])
  expect(broken(whole)).toEqual([])

  await servers.setEnabled.mutate({ id: serverId, enabled: false })
  await namespaces.update.mutate({ id, patch: { servers: [{ serverId, enabled: false }] } })
  await namespaces.setTool.mutate({ id, patch: { serverId, tool: 'tool_000', enabled: false } })
  await endpoints.update.mutate({ id: endpointId, patch: { enabled: false } })
  await apiKeys.update.mutate({ id: key?.id ?? '', patch: { enabled: false } })
  expect(broken(await why())).toEqual([
    ['server-off', 'server-on'],
    ['off-in-namespace', 'server-on-here'],
    ['tool-off', 'tool-on'],
    ['endpoint-off', 'endpoint-on'],
    ['no-key', 'new-key'],
  ])

  await servers.setEnabled.mutate({ id: serverId, enabled: true })
  await endpoints.update.mutate({ id: endpointId, patch: { enabled: true } })
  await core.admin.settings.setPaused.mutate({ paused: true })
  expect(broken(await why())).toEqual([
    ['off-in-namespace', 'server-on-here'],
    ['tool-off', 'tool-on'],
    ['paused', 'resume'],
    ['no-key', 'new-key'],
  ])
  await core.admin.settings.setPaused.mutate({ paused: false })
  await endpoints.update.mutate({ id: endpointId, patch: { enabled: false } })
  await namespaces.update.mutate({ id, patch: { servers: [] } })
  await namespaces.setEnabled.mutate({ id, enabled: false })
  await endpoints.update.mutate({ id: endpointId, patch: { auth: { apiKey: false } } })
  expect(broken(await why())).toEqual([
    ['namespace-off', 'namespace-on'],
    ['tool-off', 'tool-on'],
    ['endpoint-off', 'endpoint-on'],
  ])
  await namespaces.setEnabled.mutate({ id, enabled: true })
  expect(broken(await why())[0]).toEqual(['not-in-namespace', 'add-server'])
})

test.each([
  [{ apiKey: true, oauth: true }, 'sign-in'],
  [{ apiKey: false, oauth: true }, 'sign-in'],
  [{ apiKey: false, oauth: false }, 'open-to-all'],
  [{ apiKey: true, oauth: false }, 'no-key'],
])('who may come in without a key, where an endpoint takes %j', (auth, finding) => {
  const place = { id: 'a', name: 'a', enabled: true, servers: [], tools: [], items: [] }
  const endpoint = { ...place, auth, discovery: { mode: 'direct' } }
  const state = { state: 'running', error: null, signIn: null, lastError: null }
  const { steps } = explain({
    ...{ serverId: 's', server: undefined, state, tool: 't', serverTools: null, keys: [] },
    ...{ namespace: place, offer: place, endpoint, isPaused: false },
  } as unknown as Parameters<typeof explain>[0])
  expect(steps.at(-1)).toMatchObject({ check: 'key', finding })
})
