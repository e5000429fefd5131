import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ItemRulePatch } from '../../../shared/namespace.ts'
import { connectAuto, connectLegacy, connectSse } from '../testing/clients.ts'
import { echoServer } from '../testing/echo-definition.ts'
import { openRawClient } from '../testing/raw-client.ts'
import { configFileOf, startTempCore, type TempCore } from '../testing/temp-core.ts'

/* What a namespace says of prompts and resources, and what clients see of it. */

const SHARED = 'shared://a'
const resource = (uri: string, description: string) => ({ uri, name: uri, description })
const SERVERS = [
  echoServer({ name: 'one', extraResources: [resource(SHARED, 'of one')] }),
  echoServer({
    ...{ name: 'two', bare: true, extraPrompts: [{ name: 'greet' }] },
    extraResources: [resource(SHARED, 'of two'), resource('two://x', 'of two')],
  }),
]

async function open() {
  const core = await startTempCore({ file: configFileOf(SERVERS) })
  const { namespaces, servers } = core.admin
  const ids = new Map((await servers.list.query()).map(({ id, name }) => [name, id]))
  const id = (await namespaces.list.query())[0]?.id ?? ''
  const set = (...patches: (Omit<ItemRulePatch, 'serverId'> & { server?: string })[]) =>
    namespaces.setItems.mutate({
      id,
      patches: patches.map(({ server = 'one', ...patch }) => {
        return { serverId: ids.get(server) ?? '', ...patch }
      }),
    })
  /** As it was at first. */
  async function reset(): Promise<void> {
    const { items } = await namespaces.get.query({ id })
    const silent = { enabled: true, name: null, title: null, description: null }
    await namespaces.setItems.mutate({ id, patches: items.map((one) => ({ ...one, ...silent })) })
  }
  const offer = async () => (await namespaces.offer.query({ id })).servers
  return { core, set, reset, offer, [Symbol.asyncDispose]: () => core[Symbol.asyncDispose]() }
}

const FACES = {
  'the legacy era': (core: TempCore) => connectLegacy(core.mcpUrl(), core.key),
  'the modern era': (core: TempCore) => connectAuto(core.mcpUrl(), core.key),
  'HTTP+SSE': (core: TempCore) => connectSse(new URL(`${core.url}/metamcp/default/sse`), core.key),
}

let world: Awaited<ReturnType<typeof open>>
beforeAll(async () => {
  world = await open()
})
afterAll(() => world[Symbol.asyncDispose]())

describe('what is off or has other words', () => {
  beforeAll(async () => {
    await world.set(
      { kind: 'prompt', item: 'greet', name: 'hello', title: 'Hi', description: 'Says hi' },
      { kind: 'prompt', item: 'plain', enabled: false },
      { kind: 'resource', item: 'echo://text', title: 'The text', description: 'Words' },
      { kind: 'resource', item: 'echo://blob', enabled: false },
      { kind: 'resource', item: SHARED, enabled: false },
      { kind: 'template', item: 'echo://items/{id}', enabled: false },
    )
  })
  afterAll(() => world.reset())

  test.each(Object.entries(FACES))('prompts, for clients of %s', async (_, connect) => {
    await using client = await connect(world.core)
    const { prompts } = await client.listPrompts()
    expect(prompts.map(({ name }) => name)).toEqual(['hello', 'two__greet'])
    expect(prompts[0]).toMatchObject({ title: 'Hi', description: 'Says hi' })
    const { messages } = await client.getPrompt({ name: 'hello', arguments: { name: 'Ada' } })
    expect(messages).toMatchObject([{ content: { text: 'greet {"name":"Ada"}' } }])
    const complete = (name: string) =>
      client.complete({
        ...{ ref: { type: 'ref/prompt', name } },
        argument: { name: 'name', value: 'a' },
      })
    expect((await complete('hello')).completion.values).toEqual(['a-1', 'a-2'])
    for (const name of ['one__greet', 'greet', 'one__plain', 'plain']) {
      await expect(client.getPrompt({ name })).rejects.toThrow(`Unknown prompt: ${name}`)
      await expect(complete(name)).rejects.toThrow(`Unknown prompt: ${name}`)
    }
  })

  test.each(Object.entries(FACES))('resources, for clients of %s', async (_, connect) => {
    await using client = await connect(world.core)
    const { resources } = await client.listResources()
    expect(resources.map(({ uri }) => uri)).toEqual([
      ...['echo://text', 'echo://page', 'ui://echo/app', SHARED, 'two://x'],
    ])
    expect(resources[0]).toMatchObject({ title: 'The text', description: 'Words' })
    // Another server's is offered where that of the first is off.
    expect(resources[3]).toMatchObject({ description: 'of two' })
    expect((await client.readResource({ uri: SHARED })).contents).toHaveLength(1)
    expect((await client.readResource({ uri: 'echo://text' })).contents).toHaveLength(1)
    expect((await client.listResourceTemplates()).resourceTemplates).toEqual([])

    const ways = [
      'echo://blob',
      'echo://blo%62',
      'ECHO://blob',
      'echo://items/7',
      'echo://%69tems/7',
      ...['echo://BLOB', 'echo://blob/', 'echo://blob#x', 'echo://blob?x', 'echo://blo%2562'],
      ...['echo://items//7', 'echo://items/./7', 'echo://ITEMS/7', 'echo://items/../items/7'],
    ]
    for (const uri of ways) {
      // In our words, not in those of the server: it was not asked.
      await expect(client.readResource({ uri })).rejects.toThrow(`Resource not found: ${uri}`)
    }
    for (const uri of ['echo://items/{id}', 'echo://items/7', 'echo://blob']) {
      const ref = { type: 'ref/resource' as const, uri }
      const asked = client.complete({ ref, argument: { name: 'id', value: 'a' } })
      await expect(asked).rejects.toThrow(`Resource not found: ${uri}`)
    }
  })

  test('people are told the same', async () => {
    const [one, two] = await world.offer()
    expect(one?.prompts).toMatchObject([
      {
        ...{ prompt: 'greet', exposed: 'one__greet', name: 'hello', title: null, on: true },
        changed: { name: 'hello', title: 'Hi', description: 'Says hi' },
        ...{ description: 'A greeting', hiddenBy: null, renamed: null },
      },
      { prompt: 'plain', name: 'one__plain', on: false, hiddenBy: 'item-off', changed: {} },
    ])
    const find = (uri: string) => one?.resources.find((found) => found.uri === uri)
    expect(find('echo://text')).toMatchObject({ changed: { title: 'The text' }, hiddenBy: null })
    expect(find('echo://items/{id}')).toMatchObject({ on: false, hiddenBy: 'item-off' })
    expect(find(SHARED)).toMatchObject({ on: false, hiddenBy: 'item-off', lostTo: null })
    expect(two?.resources.map(({ lostTo }) => lostTo)).toEqual([null, null])
    const [summary] = await world.core.admin.namespaces.summaries.query()
    expect(summary).toMatchObject({ prompts: 2, resources: 5 })
  })
})

test('a prompt whose name another one took gets one of its own, and a switch renames nothing', async () => {
  await using client = await connectLegacy(world.core.mcpUrl(), world.core.key)
  await world.set({ kind: 'prompt', item: 'plain', name: 'two__greet' })
  const names = async () => (await client.listPrompts()).prompts.map(({ name }) => name)
  const [greet, taken, other] = await names()
  expect([greet, taken]).toEqual(['one__greet', 'two__greet'])
  expect(other).toMatch(/^two__greet_[0-9a-f]{6}$/)
  const textOf = async (name = '') => (await client.getPrompt({ name })).messages[0]?.content
  expect(await textOf('two__greet')).toMatchObject({ text: 'plain {}' })
  expect(await textOf(other)).toMatchObject({ text: 'greet {}' })
  const [, two] = await world.offer()
  expect(two?.prompts).toMatchObject([{ name: other, renamed: { why: 'taken', rival: 'one' } }])
  await expect(
    world.set({ server: 'two', kind: 'prompt', item: 'greet', name: 'two__greet' }),
  ).rejects.toThrow('cannot both be named "two__greet"')
  await world.set({ kind: 'prompt', item: 'plain', enabled: false })
  expect(await names()).toEqual(['one__greet', other])
  await world.reset()
})

test.each(['legacy', 'modern'] as const)(
  'clients of the %s era hear of a switch, and nothing more of what they subscribed to',
  async (era) => {
    await using client = await openRawClient(world.core, { era })
    const [text, item] = ['echo://text', 'echo://items/7']
    await client.listen([text, item, 'echo://page'])
    const wanted = async () => {
      const { subscriptions } = (await client.call('one__state')) as { subscriptions: string[] }
      return subscriptions.toSorted()
    }
    expect(await wanted()).toEqual([item, 'echo://page', text])
    await world.set(
      { kind: 'resource', item: text, enabled: false },
      { kind: 'template', item: 'echo://items/{id}', enabled: false },
    )
    await client.heard.until('notifications/resources/list_changed')
    await expect.poll(wanted, { timeout: 5_000 }).toEqual(['echo://page'])
    for (const uri of [text, item, 'echo://page']) await client.call('one__touch', { uri })
    await client.heard.until((one) => 'method' in one && one.params?.uri === 'echo://page')
    const told = client.heard.all.filter((one) => 'method' in one)
    const uris = told.map(({ params }) => params?.uri)
    expect(uris.filter((uri) => uri === text || uri === item)).toEqual([])
    expect(told.filter(({ method }) => method.includes('tools'))).toEqual([])
    if (era === 'legacy') {
      const again = client.request('resources/subscribe', { uri: text })
      await expect(again).rejects.toThrow(`Resource not found: ${text}`)
    }
    await world.reset()
  },
)
