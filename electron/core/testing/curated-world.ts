import { randomBytes } from 'node:crypto'
import { expect, vi } from 'vitest'
import { echoServer } from './echo-definition.ts'
import { openRawClient } from './raw-client.ts'
import { startTempCore, type TempCore } from './temp-core.ts'

/** Endpoints of one namespace, in every way in which clients find and call its tools. */
export const ENDPOINTS = ['default', 'bare', 'search', 'search-bare'] as const

/** A tool that no client may reach, by its own name at its server, and why. */
export type Hidden = {
  server: string
  tool: string
  why: string
  /** What else it may be asked for. */
  others: readonly string[]
}

const hidden = (at: string, why: string, ...others: string[]): Hidden => {
  const [server = '', tool = ''] = at.split('/')
  return { server, tool, why, others }
}

export const HIDDEN: readonly Hidden[] = [
  hidden('main/gone', 'is off'),
  hidden('main/named', 'is off, and has a name of its own', 'other_name'),
  hidden('main/big', 'is off since a part of its answer was read'),
  hidden('main/newest', 'is new, and waits'),
  hidden('main/newnamed', 'is new, and waits under a name of its own', 'newest_name'),
  hidden('main/refused', 'is new, and was refused'),
  hidden('main/turned', 'is another now, and waits'),
  hidden('few/unpicked', 'was not picked'),
  hidden('shut/inside', 'is of a server that is off here'),
  hidden('dead/within', 'is of a server that is off everywhere'),
]

/** What the database would not give back as it is: were it kept, nothing else would be. */
const UNKEPT = ['odd\ud800', 'odd\udfff', `odd${randomBytes(3_000).toString('hex')}`]

/** Renamed: it answers to that name alone. */
export const RENAMED = { server: 'main', tool: 'renamed', name: 'my_name' } as const

const tool = (name: string, description = `Does ${name}`) => ({
  ...{ name, description, inputSchema: { type: 'object' } },
  // So that answers of before are kept, and GET may call it.
  annotations: { readOnlyHint: true, idempotentHint: true },
})

const SERVERS = [
  echoServer({
    name: 'main',
    extraTools: ['gone', 'named', 'renamed', 'turned', ...UNKEPT].map((name) => tool(name)),
  }),
  echoServer({ name: 'few', bare: true, extraTools: [tool('picked'), tool('unpicked')] }),
  echoServer({ name: 'shut', bare: true, extraTools: [tool('inside')] }),
  echoServer({ name: 'dead', bare: true, extraTools: [tool('within')] }),
]

function file() {
  const search = {
    mode: 'search',
    pinned: HIDDEN.map(({ server, tool: name }) => `${server}__${name}`),
  }
  const endpoint = (prefix: boolean, discovery?: object) => {
    return { namespace: 'default', prefix, ...(discovery && { discovery }) }
  }
  return {
    mcpServers: Object.fromEntries(
      SERVERS.map(({ name, command, args }) => [name, { command, args }]),
    ),
    namespaces: {
      default: {
        servers: ['main', { name: 'few', newTools: 'off' }, 'shut', 'dead'],
        ...{ newTools: 'ask', changedTools: 'block', tools: { few__picked: { enabled: true } } },
        middleware: [
          { use: 'cache', seconds: 3_600 },
          { use: 'limit-size', characters: 500 },
        ],
      },
    },
    endpoints: {
      default: endpoint(true),
      bare: endpoint(false),
      search: endpoint(true, search),
      'search-bare': endpoint(false, search),
    },
  }
}

export type CuratedWorld = AsyncDisposable & {
  core: TempCore
  namespaceId: string
  idOf: (server: string) => string
  /** By endpoint: what reads on in an answer of `big` from before it was off. */
  handles: Map<string, Record<string, unknown>>
}

/**
 * A namespace with tools that are off, wait, were refused, not picked or renamed, after clients of
 * all its endpoints have called those that were there before.
 */
export async function openCuratedWorld(): Promise<CuratedWorld> {
  const core = await startTempCore({ file: file() })
  const { admin } = core
  const ids = new Map((await admin.servers.list.query()).map(({ id, name }) => [name, id]))
  const idOf = (server: string) => ids.get(server) ?? ''
  const namespaceId = (await admin.namespaces.list.query())[0]?.id ?? ''
  const serverId = idOf('main')

  /** The server lists it from now on, in the place of one of that name. */
  async function offer(given: object & { name: string; description: string }): Promise<void> {
    const target = { kind: 'server' as const, id: serverId }
    const params = JSON.stringify({ name: 'change_tools', arguments: { tool: given } })
    await admin.inspector.start.mutate({ target, method: 'tools/call', params })
    const isListed = async () => {
      const { tools } = await admin.servers.catalog.query({ id: serverId })
      expect(tools.map(({ description }) => description)).toContain(given.description)
    }
    await vi.waitFor(isListed, { timeout: 10_000 })
  }
  const settle = () => admin.namespaces.update.mutate({ id: namespaceId, patch: {} })

  const handles = await callAll(core)
  // Once what servers have is written down: one change of a namespace comes after the other.
  await settle()
  await settle()
  for (const name of ['newest', 'newnamed', 'refused']) await offer(tool(name))
  await offer(tool('turned', 'Does something else'))
  await admin.trust.refuse.mutate({ namespaceId, tools: [{ serverId, tool: 'refused' }] })
  await admin.namespaces.setTools.mutate({
    id: namespaceId,
    patches: [
      { serverId, tool: 'gone', enabled: false },
      { serverId, tool: 'big', enabled: false },
      { serverId, tool: 'named', name: 'other_name', enabled: false },
      { serverId, tool: RENAMED.tool, name: RENAMED.name },
      // Whoever switches on what waits has not looked at it.
      { serverId, tool: 'newest', enabled: true },
      { serverId, tool: 'newnamed', name: 'newest_name' },
    ],
  })
  await admin.namespaces.pickTools.mutate({
    id: namespaceId,
    tools: [{ serverId, tool: 'newest' }],
  })
  const { servers } = await admin.namespaces.get.query({ id: namespaceId })
  const members = servers.map((one) => ({ ...one, enabled: one.serverId !== idOf('shut') }))
  await admin.namespaces.update.mutate({ id: namespaceId, patch: { servers: members } })
  await admin.servers.setEnabled.mutate({ id: idOf('dead'), enabled: false })
  await settle()
  const dispose = () => core[Symbol.asyncDispose]()
  return { core, namespaceId, idOf, handles, [Symbol.asyncDispose]: dispose }
}

/** As long as everything is on, or was not there yet. */
async function callAll(core: TempCore): Promise<CuratedWorld['handles']> {
  const handles: CuratedWorld['handles'] = new Map()
  for (const endpoint of ENDPOINTS) {
    const isBare = endpoint.endsWith('bare')
    const nameOf = (server: string, name: string) => (isBare ? name : `${server}__${name}`)
    await using client = await openRawClient(core, { era: 'legacy', endpoint })
    await client.request('tools/list')
    const ways = [
      ['main', 'gone', 'named', 'renamed', 'turned'],
      ['shut', 'inside'],
      ['dead', 'within'],
    ]
    for (const [server = '', ...names] of ways) {
      for (const name of names) await client.call(nameOf(server, name))
    }
    const cut = await client.request('tools/call', {
      ...{ name: nameOf('main', 'big'), arguments: { bytes: 900 } },
    })
    const [, note] = cut.content as { text: string }[]
    const given = /with (\{.*\})/.exec(note?.text ?? '')?.[1] ?? '{}'
    handles.set(endpoint, JSON.parse(given) as Record<string, unknown>)
  }
  return handles
}
