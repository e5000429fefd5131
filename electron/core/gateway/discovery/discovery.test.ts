import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Endpoint } from '../../../../shared/endpoint.ts'
import type { Era } from '../../connections/connection.ts'
import type { JsonObject } from '../../json-rpc.ts'
import { echoServer } from '../../testing/echo-definition.ts'
import { openRawClient, type RawClient } from '../../testing/raw-client.ts'
import { configFileOf, startTempCore, type TempCore } from '../../testing/temp-core.ts'

const ERAS: Era[] = ['legacy', 'modern']
const OWN = ['search_tools', 'call_tool']

const TICKETS = [
  tool('create_ticket', 'Opens a new ticket in the tracker', { subject: { type: 'string' } }),
  tool('delete_ticket', 'Removes a ticket for good', {}),
  tool('weather', 'Tells tomorrow’s weather', { city: { type: 'string', description: 'Place' } }),
]

/** More than fits into one answer. */
const LEDGERS = Array.from({ length: 20 }, (_, at) =>
  tool(`ledger_${at}`, `Books a payment. ${'x'.repeat(3_000)}`, {}),
)

function tool(name: string, description: string, properties: object) {
  const annotations = { destructiveHint: name.startsWith('delete') }
  return { name, description, inputSchema: { type: 'object', properties }, annotations }
}

const SHED = [tool('search_tools', 'Looks for hammers', {}), tool('call_tool', 'Rings', {})]

/** One for all: those that change what is offered come last, and say first what they begin with. */
let core: TempCore
beforeAll(async () => {
  const extraTools = [...TICKETS, ...LEDGERS]
  const tracker = echoServer({ name: 'tracker', bare: true, extraTools })
  const shed = echoServer({ name: 'shed', bare: true, extraTools: SHED })
  core = await startTempCore({
    file: {
      ...configFileOf([echoServer(), tracker, shed]),
      namespaces: { default: { servers: ['echo', 'tracker'] }, shed: { servers: ['shed'] } },
      endpoints: {
        default: {
          namespace: 'default',
          discovery: { mode: 'search', pinned: ['tracker__weather'] },
        },
        shed: { namespace: 'shed', prefix: false, discovery: { mode: 'search' } },
      },
    },
  })
}, 60_000)
afterAll(() => core[Symbol.asyncDispose]())

async function listed(client: RawClient): Promise<string[]> {
  const { tools } = await client.request('tools/list')
  return (tools as JsonObject[]).map(({ name }) => String(name))
}

async function found(client: RawClient, query: string): Promise<JsonObject[]> {
  const { tools } = (await client.call('search_tools', { query })) as { tools: JsonObject[] }
  return tools
}

const namesOf = (tools: readonly JsonObject[]) => tools.map(({ name }) => name)

const callTool = (client: RawClient, name: string, args?: JsonObject) =>
  client.call('call_tool', { name, ...(args && { arguments: args }) })

/** The namespace `default`, and ids of its servers by their names. */
async function namespaceParts() {
  const namespaces = await core.admin.namespaces.list.query()
  const servers = await core.admin.servers.list.query()
  const id = namespaces.find(({ name }) => name === 'default')?.id ?? ''
  return { id, idOf: (name: string) => servers.find((one) => one.name === name)?.id ?? '' }
}

async function setDiscovery(patch: Partial<Endpoint['discovery']>) {
  const endpoints = await core.admin.endpoints.list.query()
  const id = endpoints.find(({ name }) => name === 'default')?.id ?? ''
  const discovery = { mode: 'search' as const, aboveTokens: 20_000, pinned: [], ...patch }
  await core.admin.endpoints.update.mutate({ id, patch: { discovery } })
}

/** How many calls its server was told to cancel. */
async function cancelledBy(client: RawClient): Promise<number> {
  const { cancelled } = (await client.call('echo__state')) as { cancelled: unknown[] }
  return cancelled.length
}

describe.each(ERAS)('a %s client of an endpoint that is searched', (era) => {
  test('sees two tools and those that are pinned, and is told so', async () => {
    await using client = await openRawClient(core, { era })
    expect(await listed(client)).toEqual([...OWN, 'tracker__weather'])
    expect(client.hello.instructions).toContain('search_tools')
    const { tools } = await client.request('tools/list')
    const [search] = tools as JsonObject[]
    expect(search?.description).toMatch(/echo, tracker/)
  })

  test('finds tools by words, with what is needed to call them', async () => {
    await using client = await openRawClient(core, { era })
    const result = await client.request('tools/call', {
      name: 'search_tools',
      arguments: { query: 'file a new bug', limit: 2 },
    })
    const { tools } = result.structuredContent as { tools: JsonObject[] }
    const [first] = TICKETS
    expect(tools[0]).toEqual({ ...first, name: 'tracker__create_ticket' })
    expect(tools.filter((tool) => 'inputSchema' in tool).length).toBeLessThanOrEqual(2)
    const [content] = result.content as { text: string }[]
    expect(JSON.parse(content?.text ?? '')).toEqual(result.structuredContent)
    expect(namesOf(await found(client, 'forecast for a city'))).toContain('tracker__weather')
    expect(await client.call('search_tools', { query: 'zzzyx' })).toMatchObject({ tools: [] })
  })

  test('gets an answer that a model can read at once, however much is found', async () => {
    await using client = await openRawClient(core, { era })
    const search = (query: string) => client.call('search_tools', { query, limit: 20 })
    const all = (await search('book a payment')) as { tools: JsonObject[]; note: string }
    expect(all.tools.length).toBeGreaterThanOrEqual(20)
    expect(JSON.stringify(all).length).toBeLessThan(50_000)
    expect(all.tools[0]).toHaveProperty('inputSchema')
    const last = all.tools.at(-1) ?? {}
    expect(last).not.toHaveProperty('inputSchema')
    expect(all.note).toContain('search for its name')
    const again = (await search(String(last.name))) as typeof all
    expect(again.tools[0]).toMatchObject({ name: last.name, inputSchema: { type: 'object' } })
  })

  test('is told by a result what it did wrong, since models are shown those', async () => {
    await using client = await openRawClient(core, { era })
    for (const name of OWN) {
      const wrong = await client.request('tools/call', { name, arguments: { query: ' ' } })
      expect(wrong).toMatchObject({ isError: true, content: [{ type: 'text' }] })
      const [content] = wrong.content as { text: string }[]
      expect(content?.text).toContain(name === 'call_tool' ? '"name"' : '"query"')
    }
    const nearly = callTool(client, 'tracker_createTicket')
    await expect(nearly).rejects.toMatchObject({
      ...{ code: -32602, message: expect.stringContaining('tracker__create_ticket') as string },
    })
  })

  test('calls what it found as if it were listed: arguments, results, errors, progress', async () => {
    await using client = await openRawClient(core, { era })
    expect(await callTool(client, 'echo__add', { a: 2, b: 3 })).toEqual({ sum: 5 })
    expect(await client.call('echo__add', { a: 2, b: 3 })).toEqual({ sum: 5 })
    const asText = { name: 'echo__add', arguments: '{"a":1,"b":1}' }
    expect(await client.call('call_tool', asText)).toEqual({ sum: 2 })

    const failed = { name: 'call_tool', arguments: { name: 'echo__fail' } }
    expect(await client.request('tools/call', failed)).toMatchObject({ isError: true })
    const thrown = callTool(client, 'echo__throw', { code: -32050, message: 'thrown' })
    await expect(thrown).rejects.toMatchObject({ code: -32050, message: 'thrown' })
    const nobody = callTool(client, 'echo__nothing')
    await expect(nobody).rejects.toMatchObject({
      ...{
        code: -32602,
        message: expect.stringMatching(/^Unknown tool: echo__nothing\. /) as string,
      },
    })

    const steps: unknown[] = []
    await client.call(
      'call_tool',
      { name: 'echo__slow', arguments: { steps: 3 } },
      {
        meta: { progressToken: 'mine' },
        onNotification: ({ params }) => steps.push(params?.progressToken),
      },
    )
    expect(steps).toEqual(['mine', 'mine', 'mine'])
  })

  test('is asked what a tool asks', async () => {
    const answer = () => ({ action: 'accept', content: { name: 'Ada' } })
    const capabilities = { elicitation: {} }
    await using client = await openRawClient(core, { era, capabilities, answer })
    const params = { message: 'Who?', requestedSchema: { type: 'object', properties: {} } }
    const question = { method: 'elicitation/create', params }
    const asked = await callTool(client, 'echo__ask', question)
    expect(asked).toMatchObject({ result: { content: { name: 'Ada' } } })
  })
})

test('a server’s tools keep their names: ours take others', async () => {
  await using client = await openRawClient(core, { era: 'legacy', endpoint: 'shed' })
  const own = ['metamcp_search_tools', 'metamcp_call_tool']
  expect(await listed(client)).toEqual(own)
  const hits = await client.call('metamcp_search_tools', { query: 'hammer' })
  expect(hits).toMatchObject({ tools: [{ name: 'search_tools' }] })
  const request = { name: 'search_tools', arguments: { query: 'own' } }
  const direct = await client.request('tools/call', request)
  const through = await client.request('tools/call', {
    ...{ name: 'metamcp_call_tool', arguments: request },
  })
  expect(through).toEqual(direct)
  expect(direct.structuredContent).toBeUndefined()
})

test('what is called by search is noted under its own name', async () => {
  await using client = await openRawClient(core, { era: 'legacy' })
  await callTool(client, 'echo__add', { a: 1, b: 1 })
  const [latest] = await core.admin.activity.latest.query({ limit: 1 })
  expect(latest).toMatchObject({ name: 'echo__add', server: 'echo' })
})

// After those that are asked: a call that was given up still counts for a while, and what servers ask
// waits for it.
test.each(ERAS)('a %s client may cancel what it called by search', async (era) => {
  await using client = await openRawClient(core, { era })
  const before = await cancelledBy(client)
  const leaving = new AbortController()
  const held = { name: 'echo__hold', arguments: { key: era } }
  const given = client.call('call_tool', held, {
    signal: leaving.signal,
    meta: { progressToken: 1 },
    onNotification: () => leaving.abort(),
  })
  if (era === 'legacy') {
    leaving.signal.addEventListener('abort', () => {
      void client.notify('notifications/cancelled', { requestId: client.lastId })
    })
  }
  await expect(given).rejects.toThrow()
  await expect.poll(() => cancelledBy(client), { timeout: 10_000 }).toBe(before + 1)
})

test('a long list is searched by clients that do not search by themselves', async () => {
  await setDiscovery({ mode: 'auto', aboveTokens: 100 })
  const as = (name: string) => openRawClient(core, { era: 'modern', info: { name, version: '1' } })
  await using plain = await as('plain')
  await using code = await as('claude-code')
  expect(await listed(plain)).toEqual(OWN)
  expect(plain.hello.instructions).toContain('search_tools')
  expect(await listed(code)).toContain('tracker__weather')
  expect(code.hello.instructions ?? '').not.toContain('search_tools')
  // Another client's list must not be taken from a cache.
  expect(await plain.request('tools/list')).toMatchObject({ cacheScope: 'private' })

  await setDiscovery({ mode: 'auto', aboveTokens: 1_000_000 })
  expect(await listed(plain)).toContain('tracker__weather')
})

test('clients are told when their list is another one', async () => {
  await setDiscovery({ mode: 'search' })
  await using legacy = await openRawClient(core, { era: 'legacy' })
  await using modern = await openRawClient(core, { era: 'modern' })
  await Promise.all([legacy.listen([]), modern.listen([])])
  await setDiscovery({ mode: 'direct' })
  for (const client of [legacy, modern]) {
    await client.heard.until('notifications/tools/list_changed')
    expect(await listed(client)).toContain('tracker__weather')
    await expect(client.call('search_tools', { query: 'weather' })).rejects.toMatchObject({
      ...{ code: -32602, message: 'Unknown tool: search_tools' },
    })
  }
})

test('what is off, or has another name, is neither found nor called', async () => {
  await setDiscovery({ mode: 'search' })
  const { id, idOf } = await namespaceParts()
  const serverId = idOf('tracker')
  const { namespaces } = core.admin
  await namespaces.setTools.mutate({
    id,
    patches: [
      { serverId, tool: 'create_ticket', enabled: false },
      { serverId, tool: 'weather', name: 'forecast', description: 'Foretells rain' },
    ],
  })
  await using legacy = await openRawClient(core, { era: 'legacy' })
  await using modern = await openRawClient(core, { era: 'modern' })
  for (const client of [legacy, modern]) {
    const names = namesOf(await found(client, 'create delete ticket weather rain'))
    expect(names).toEqual(expect.arrayContaining(['forecast', 'tracker__delete_ticket']))
    for (const gone of ['tracker__create_ticket', 'tracker__weather']) {
      expect(names).not.toContain(gone)
      const refusal = await callTool(client, gone).catch(String)
      expect(refusal).toMatch(`Unknown tool: ${gone}. Perhaps: `)
      expect(refusal).not.toMatch(/Perhaps:.*(tracker__create_ticket|tracker__weather)/)
    }
    expect(await callTool(client, 'forecast')).toBeDefined()
  }

  const members = [{ serverId }, { serverId: idOf('echo'), enabled: false }]
  await namespaces.update.mutate({ id, patch: { servers: members } })
  for (const client of [legacy, modern]) {
    expect(namesOf(await found(client, 'echo'))).not.toContain('echo__echo')
    await expect(callTool(client, 'echo__echo')).rejects.toMatchObject({ code: -32602 })
  }
})
