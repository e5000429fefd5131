import { ResultSchema } from '@modelcontextprotocol/sdk/types.js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { JsonObject } from '../json-rpc.ts'
import { connectSse } from '../testing/clients.ts'
import {
  ENDPOINTS,
  HIDDEN,
  openCuratedWorld,
  RENAMED,
  type CuratedWorld,
} from '../testing/curated-world.ts'
import { openPerson, targetOf } from '../testing/inspecting.ts'
import { openOpenApi } from '../testing/openapi-probe.ts'
import { openRawClient } from '../testing/raw-client.ts'

/* What is off, waits, was refused, not picked or renamed is reached by no name, in no way. */

let world: CuratedWorld
beforeAll(async () => {
  world = await openCuratedWorld()
}, 60_000)
afterAll(() => world[Symbol.asyncDispose]())

/** All that a tool may be asked for, as a client might try. */
function spellingsOf({ server, tool }: { server: string; tool: string }): string[] {
  const full = `${server}__${tool}`
  const wide = [...tool].map((one) => String.fromCodePoint((one.codePointAt(0) ?? 0) + 0xfee0))
  return [
    ...[full, tool, full.toUpperCase(), tool.toUpperCase(), ` ${full}`, `${full} `, `${tool}\n`],
    ...[`${server}__${tool}\u200b`, `${server}__${wide.join('')}`, full.replace('e', '\u0435')],
    ...[`${server}_${tool}`, `${server}.${tool}`, `${server}/${tool}`, `${full}\u0000`],
    ...[`${server}__${server}__${tool}`, encodeURIComponent(`${server}__${tool}%20`)],
  ]
}

/** In every spelling where it is switched off or waits; the others by their names alone. */
const HIDDEN_NAMES = HIDDEN.flatMap((one) => {
  const { server, tool, others } = one
  const isTriedHard = tool === 'gone' || tool === 'newest'
  return [...(isTriedHard ? spellingsOf(one) : [tool, `${server}__${tool}`]), ...others]
})
const NAMES = [
  ...HIDDEN_NAMES,
  ...spellingsOf(RENAMED),
  // What is no text is no name, either.
  ...[['main__gone'], { name: 'main__gone' }, null, 0].map((one) => one as unknown as string),
]
/** Whether a list, a document or an answer tells of anything hidden. */
const telling = new RegExp(
  `"/?(?:\\w+__)?(?:${HIDDEN.flatMap(({ tool, others }) => [tool, ...others]).join('|')})"`,
)

type Ask = (method: string, params: JsonObject) => Promise<JsonObject>
type Face = { ask: Ask; close: () => Promise<void> }

const FACES: Record<string, (endpoint: string) => Promise<Face>> = {
  'Streamable HTTP up to 2025-11-25': (endpoint) => openRaw('legacy', endpoint),
  'Streamable HTTP of 2026-07-28': (endpoint) => openRaw('modern', endpoint),
  'HTTP+SSE': async (endpoint) => {
    const { url } = world.core
    const client = await connectSse(new URL(`${url}/metamcp/${endpoint}/sse`), world.core.key)
    return {
      ask: (method, params) => client.request({ method, params } as never, ResultSchema),
      close: () => client.close(),
    }
  },
}

async function openRaw(era: 'legacy' | 'modern', endpoint: string): Promise<Face> {
  const client = await openRawClient(world.core, { era, endpoint })
  return {
    ask: (method, params) => client.request(method, params),
    close: async () => client[Symbol.asyncDispose](),
  }
}

const WAYS = Object.keys(FACES).flatMap((face) => ENDPOINTS.map((at) => [face, at] as const))

describe.each(WAYS)('%s, endpoint %s', (name, endpoint) => {
  const isBare = endpoint.endsWith('bare')
  const isSearched = endpoint.startsWith('search')
  const own = (server: string, tool: string) => (isBare ? tool : `${server}__${tool}`)
  let face: Face
  const call = (tool: unknown, args: JsonObject = {}) =>
    face.ask('tools/call', { name: tool, arguments: args })
  beforeAll(async () => {
    face = (await FACES[name]?.(endpoint)) as Face
  })
  afterAll(() => face.close())

  test('what is on answers to its name', async () => {
    for (const tool of [RENAMED.name, own('few', 'picked'), own('main', 'state')]) {
      expect(await call(tool)).toHaveProperty('content')
      if (!isSearched) continue
      expect(await call('call_tool', { name: tool })).toHaveProperty('content')
    }
  })

  test('nothing hidden is listed or found', async () => {
    const listed = JSON.stringify(await face.ask('tools/list', {}))
    expect(listed).toContain(isSearched ? '"search_tools"' : `"${RENAMED.name}"`)
    expect(listed).not.toMatch(telling)
    expect(listed).not.toContain('odd')
    if (!isSearched) return
    for (const { tool, server } of HIDDEN) {
      for (const query of [tool, `${server}__${tool}`, `Does ${tool}`]) {
        const found = await call('search_tools', { query, limit: 20 })
        expect(JSON.stringify(found)).not.toMatch(telling)
      }
    }
  })

  test('nothing hidden is called', async () => {
    for (const tool of NAMES) {
      await expect(call(tool), String(tool)).rejects.toThrow(/Unknown tool|header|Mcp-Name/i)
      if (!isSearched || typeof tool !== 'string') continue
      const meant = call('call_tool', { name: tool, arguments: {} })
      await expect(meant, tool).rejects.toThrow('Unknown tool')
    }
  })

  test('what is left of an answer of before is not read', async () => {
    const rest = await call('read_more', world.handles.get(endpoint))
    expect(rest).toMatchObject({ isError: true })
    expect(JSON.stringify(rest)).not.toContain('xxx')
  })
})

describe.each(ENDPOINTS)('OpenAPI, endpoint %s', (endpoint) => {
  const isBare = endpoint.endsWith('bare')

  test('nothing hidden is in the document, and nothing is called', async () => {
    const api = openOpenApi(world.core, endpoint)
    const document = JSON.stringify(await api.document())
    expect(document).not.toMatch(telling)
    for (const name of HIDDEN_NAMES.concat(spellingsOf(RENAMED))) {
      const path = encodeURIComponent(name)
      const posted = await api.send(path, { body: {} })
      const read = await api.send(path, { method: 'GET' })
      expect([name, posted.status, read.status]).toEqual([name, 404, 404])
    }
    const there = [RENAMED.name, isBare ? 'picked' : 'few__picked']
    for (const name of there) expect((await api.call(name)).status).toBe(200)
  })
})

test('somebody who looks at the namespace or at an endpoint by hand reaches no more', async () => {
  const person = openPerson(world.core)
  const targets = [
    await targetOf(world.core, 'namespace', 'default'),
    ...(await Promise.all(ENDPOINTS.map((name) => targetOf(world.core, 'endpoint', name)))),
  ]
  for (const target of targets) {
    const { tools } = await person.api().inspector.list({ target })
    expect(JSON.stringify(tools)).not.toMatch(telling)
    for (const { server, tool, others } of HIDDEN) {
      for (const name of [tool, `${server}__${tool}`, ...others]) {
        const run = await person.call(target, name)
        expect(await run.until('error')).toMatchObject({ code: -32_602 })
      }
    }
  }
})
