import { ResultSchema } from '@modelcontextprotocol/sdk/types.js'
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base'
import { expect, test } from 'vitest'
import type { OfferedServer, OfferedTool } from '../../../shared/offer.ts'
import { connectLegacy } from '../testing/clients.ts'
import { echoServer } from '../testing/echo-definition.ts'
import { configFileOf, startTempCore, type TempCore } from '../testing/temp-core.ts'

/** A thread that counts starts slowly where other tests run beside it. */
const PATIENT = { timeout: 15_000 }

const CLASHING = [
  { name: 'same', description: 'One', inputSchema: { type: 'object' } },
  { name: 'with space', description: 'Two', inputSchema: { type: 'object' } },
  {
    name: 'long_'.repeat(20),
    title: 'Long',
    annotations: { destructiveHint: true },
    inputSchema: { type: 'object' },
  },
]

/** Two servers with some names in common, a third that is off, and a fourth that cannot start. */
async function openFour(endpoint: object = {}) {
  const servers = [
    echoServer({ name: 'one', bare: true, tools: 3, extraTools: CLASHING }),
    echoServer({ name: 'two', extraTools: CLASHING }),
    echoServer({ name: 'off', bare: true, tools: 2 }),
    echoServer({ name: 'broken', exitAtStart: { code: 3 } }),
  ]
  const core = await startTempCore({ file: configFileOf(servers, endpoint) })
  const [namespace] = await core.admin.namespaces.list.query()
  const ids = new Map((await core.admin.servers.list.query()).map((one) => [one.name, one.id]))
  return {
    core,
    id: namespace?.id ?? '',
    idOf: (name: string) => ids.get(name) ?? '',
    [Symbol.asyncDispose]: () => core[Symbol.asyncDispose](),
  }
}

/** What people are told that clients see, in the words of `tools/list`. */
function asListed(servers: OfferedServer[]) {
  const seen = servers.flatMap(({ tools }) => tools.filter((tool) => tool.hiddenBy === null))
  return seen.map((tool) => definitionOf(tool))
}

function definitionOf({ name, changed, ...tool }: OfferedTool) {
  const annotations = changed.annotations
    ? { ...tool.annotations, ...changed.annotations }
    : tool.annotations
  return {
    name,
    title: changed.title ?? tool.title ?? undefined,
    description: changed.description ?? tool.description ?? undefined,
    annotations: annotations ?? undefined,
  }
}

type OfferedDefinition = {
  name: string
  title?: string
  description?: string
  annotations?: unknown
}

async function listedBy(core: TempCore) {
  await using client = await connectLegacy(core.mcpUrl(), core.key)
  // As it comes: the SDK's own list leaves out fields that it does not know.
  const list = await client.request({ method: 'tools/list' }, ResultSchema)
  const tools = list.tools as OfferedDefinition[]
  const { prompts } = await client.listPrompts()
  const { resources } = await client.listResources()
  const { resourceTemplates } = await client.listResourceTemplates()
  return {
    prompts: prompts.map((prompt) => prompt.name),
    uris: [
      ...resources.map((one) => one.uri),
      ...resourceTemplates.map((one) => one.uriTemplate),
    ].sort(),
    tools: tools.map((tool) => ({
      name: tool.name,
      title: tool.title,
      description: tool.description,
      annotations: tool.annotations,
    })),
    tokens: tools.reduce((sum, tool) => sum + countTokens(JSON.stringify(tool)), 0),
  }
}

test.each([{ prefix: true }, { prefix: false }])(
  'people are told exactly what clients see, with %o',
  async (endpoint) => {
    await using four = await openFour(endpoint)
    const { core, id, idOf } = four
    const { namespaces } = core.admin
    const compare = async () => {
      const seen = await listedBy(core)
      const offer = await namespaces.offer.query({ id })
      expect(asListed(offer.servers)).toEqual(seen.tools)
      const on = offer.servers.filter((one) => one.on && one.enabled)
      const prompts = on.flatMap((one) => one.prompts.filter(({ hiddenBy }) => hiddenBy === null))
      expect(prompts.map(({ name }) => name)).toEqual(seen.prompts)
      const owned = on.flatMap((one) =>
        one.resources.filter(({ lostTo, hiddenBy }) => lostTo === null && hiddenBy === null),
      )
      expect(owned.map((one) => one.uri).sort()).toEqual(seen.uris)
      const [summary] = await namespaces.summaries.query()
      expect(summary).toMatchObject({
        ...{ tools: seen.tools.length, prompts: seen.prompts.length, resources: owned.length },
      })
      const tokens = async () => (await namespaces.summaries.query())[0]?.tokens ?? 0
      // As an estimate at first, and then as it was counted, each part for itself.
      await expect
        .poll(async () => Math.abs((await tokens()) - seen.tokens) / seen.tokens, PATIENT)
        .toBeLessThan(0.02)
      return { seen, offer }
    }

    const { offer } = await compare()
    expect(offer).toMatchObject({ ...endpoint, seenBy: [{ name: 'default', enabled: true }] })
    const [serverId, other] = [idOf('one'), idOf('two')]
    await namespaces.setTools.mutate({
      id,
      patches: [
        { serverId, tool: 'tool_001', enabled: false },
        { serverId, tool: 'tool_002', name: 'renamed', title: 'T', description: 'D' },
        { serverId: other, tool: 'echo', name: 'one__same', annotations: { readOnlyHint: true } },
        { serverId, tool: 'long_'.repeat(20), annotations: { idempotentHint: true } },
      ],
    })
    await compare()
    await namespaces.setItems.mutate({
      id,
      patches: [
        { serverId: other, kind: 'prompt', item: 'greet', name: 'hello' },
        { serverId: other, kind: 'prompt', item: 'plain', enabled: false },
        { serverId: other, kind: 'resource', item: 'echo://text', enabled: false },
        { serverId: other, kind: 'template', item: 'echo://items/{id}', enabled: false },
      ],
    })
    await compare()
    await core.admin.servers.setEnabled.mutate({ id: idOf('off'), enabled: false })
    await namespaces.update.mutate({
      id,
      patch: { servers: [{ serverId: other }, { serverId: idOf('off') }, { serverId }] },
    })
    const { offer: later } = await compare()
    expect(later.servers.map((one) => one.name)).toEqual(['two', 'off', 'one'])
    expect(later.servers[1]).toMatchObject({ on: true, enabled: false, seen: true })
  },
)

test('what hides or renames a tool is told with it', async () => {
  await using four = await openFour({ prefix: false })
  const { core, id, idOf } = four
  const { namespaces, servers } = core.admin
  await listedBy(core)
  const serverId = idOf('one')
  await namespaces.setTool.mutate({ id, patch: { serverId, tool: 'tool_001', enabled: false } })
  await servers.setEnabled.mutate({ id: idOf('off'), enabled: false })
  const members = ['one', 'two', 'off', 'broken'].map((name) => ({
    serverId: idOf(name),
    enabled: name !== 'two',
  }))
  await namespaces.update.mutate({ id, patch: { servers: members } })
  const { servers: offered } = await namespaces.offer.query({ id })
  const [one, two, off, broken] = offered
  const find = (server: OfferedServer | undefined, tool: string) =>
    server?.tools.find((candidate) => candidate.tool === tool)
  expect(find(one, 'tool_001')).toMatchObject({ on: false, hiddenBy: 'tool-off' })
  expect(find(one, 'tool_000')).toMatchObject({ on: true, hiddenBy: null, renamed: null })
  expect(find(one, 'with space')?.renamed).toEqual({ why: 'characters' })
  expect(find(one, 'long_'.repeat(20))?.renamed).toEqual({ why: 'too-long' })
  expect(find(two, 'echo')).toMatchObject({ on: true, hiddenBy: 'server-off' })
  expect(find(two, 'same')).toMatchObject({
    name: 'two__same',
    renamed: { why: 'taken', rival: 'one' },
  })
  expect(find(off, 'tool_000')).toMatchObject({ hiddenBy: 'server-off-everywhere' })
  expect(two?.resources.every((resource) => resource.lostTo === null)).toBe(true)
  expect(broken).toMatchObject({ seen: false, tools: [], on: true, enabled: true })
  expect(await namespaces.summaries.query()).toMatchObject([
    { servers: 4, serversOn: 2, unseen: 1, endpoints: ['default'] },
  ])
})

test('many switches are one change, and a wrong one among them changes nothing', async () => {
  await using core = await startTempCore({
    file: configFileOf([echoServer({ name: 'many', bare: true, tools: 2_000 })]),
  })
  await using client = await connectLegacy(core.mcpUrl(), core.key)
  await client.listTools()
  const { namespaces } = core.admin
  const [namespace] = await namespaces.list.query()
  const [server] = await core.admin.servers.list.query()
  const [id, serverId] = [namespace?.id ?? '', server?.id ?? '']
  const { servers } = await namespaces.offer.query({ id })
  const off = (servers[0]?.tools ?? []).map(({ tool }) => ({ serverId, tool, enabled: false }))
  expect(off).toHaveLength(2_000)
  const wrong = namespaces.setTools.mutate({
    id,
    patches: [...off, { serverId: 'nobody', tool: 'x', enabled: false }],
  })
  await expect(wrong).rejects.toThrow('is not in the namespace')
  expect((await namespaces.summaries.query())[0]?.tools).toBe(2_000)
  await namespaces.setTools.mutate({ id, patches: off })
  expect((await namespaces.summaries.query())[0]).toMatchObject({ tools: 0, tokens: 0 })

  // Shown anew after each switch: it must not be felt.
  const started = performance.now()
  for (let round = 0; round < 5; round += 1) {
    await core.router.createCaller({ caller: { kind: 'local' } }).namespaces.offer({ id })
  }
  expect((performance.now() - started) / 5).toBeLessThan(250)
})
