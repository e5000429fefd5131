import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseJson } from '../json.ts'
import type { JsonObject } from '../json-rpc.ts'
import { echoServer } from '../testing/echo-definition.ts'
import { openLogLines } from '../testing/log-lines.ts'
import { openRawClient } from '../testing/raw-client.ts'
import { openScriptedModern } from '../testing/scripted-modern.ts'
import { configFileOf, startTempCore, type TempCore } from '../testing/temp-core.ts'

/** What we tell a modern server in headers of a request's body, whatever our own client speaks. */

const marked = (header: unknown, type = 'string') => ({ type, 'x-mcp-header': header })
const toolWith = (name: string, properties: object): JsonObject => ({
  ...{ name, inputSchema: { type: 'object', properties } },
})
const TOOL = toolWith('weather', {
  ...{ region: marked('Region'), count: marked('Count', 'integer'), dry: marked('Dry', 'boolean') },
  where: { type: 'object', properties: { city: marked('City') } },
  plain: { type: 'string' },
})
/** Each has a fault that makes clients reject it. */
const FAULTY = Object.entries({
  empty: { a: marked('') },
  spaced: { a: marked('a b') },
  broken: { a: marked('a\r\nb') },
  numbered: { a: marked(7) },
  twice: { a: marked('X'), b: marked('x') },
  fraction: { a: marked('A', 'number') },
  structured: { a: marked('A', 'object') },
  listed: { a: { type: 'array', items: marked('A') } },
  branched: { a: { anyOf: [marked('A')] } },
}).map(([name, fields]) => toolWith(name, fields))

const URI = 'x://grün'
const done = () => ({ content: [{ type: 'text', text: 'done' }] })

const openPlain = () =>
  openScriptedModern({
    'tools/list': () => ({ tools: [toolWith('tool', {}), ...FAULTY, TOOL] }),
    'tools/call': done,
    'prompts/get': () => ({ messages: [] }),
    'resources/list': () => ({ resources: [{ uri: URI, name: 'green' }] }),
    'resources/read': () => ({ contents: [{ uri: URI, text: '' }] }),
  })

/** Its tool asks for another header than it said. It takes the new one, or goes on refusing. */
function openChanging(isLenient: boolean) {
  let header = 'Region'
  return openScriptedModern({
    'tools/list': () => ({ tools: [toolWith('weather', { region: marked(header) })] }),
    'tools/call'({ headers, body }, { response }) {
      header = 'Area'
      if (isLenient && headers['mcp-param-area'] === 'eu') return done()
      const error = { code: -32020, message: 'Header mismatch' }
      response.writeHead(400, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ jsonrpc: '2.0', id: body.id, error }))
      return null
    },
  })
}

type Scripted = Awaited<ReturnType<typeof openScriptedModern>>

const world = new AsyncDisposableStack()
const { log, lines } = openLogLines()
let core: TempCore
let plain: Scripted
let lenient: Scripted
let strict: Scripted
beforeAll(async () => {
  plain = world.use(await openPlain())
  lenient = world.use(await openChanging(true))
  strict = world.use(await openChanging(false))
  const file = configFileOf([
    { ...plain.definition, name: 'plain' },
    { ...lenient.definition, name: 'lenient' },
    { ...strict.definition, name: 'strict' },
    echoServer({ name: 'local', era: 'modern', bare: true, extraTools: FAULTY }),
  ])
  core = world.use(await startTempCore({ file, log }))
}, 30_000)
afterAll(() => world.disposeAsync())

/** Those of the headers that repeat arguments. */
const paramsIn = (headers: object = {}) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('mcp-param-')))

const base64 = (text: string) => `=?base64?${Buffer.from(text).toString('base64')}?=`

// Shows: http-headers-sent, http-base64-name
test.each(['legacy', 'modern'] as const)(
  'version, method and the name that the server itself gave are told for a %s client',
  async (era) => {
    await using client = await openRawClient(core, { era })
    const last = (method: string) => plain.asked(method).at(-1)?.headers
    const told = (method: string, name: string) => ({
      ...{ 'mcp-protocol-version': '2026-07-28', 'mcp-method': method, 'mcp-name': name },
    })
    const before = plain.seen.length
    await client.request('tools/call', { name: 'plain__tool' })
    await client.request('prompts/get', { name: 'plain__prompt' })
    await client.request('resources/read', { uri: URI })
    expect(plain.seen).toHaveLength(before + 3)
    expect(last('tools/call')).toMatchObject(told('tools/call', 'tool'))
    expect(last('prompts/get')).toMatchObject(told('prompts/get', 'prompt'))
    expect(last('resources/read')).toMatchObject(told('resources/read', base64(URI)))
    expect(last('tools/list')).toMatchObject({ 'mcp-method': 'tools/list' })
    expect(last('tools/list')).not.toHaveProperty('mcp-name')
  },
)

const whole = { region: 'eu west', count: 42, dry: false, where: { city: 'Bern' }, plain: 'x' }
const allFour = {
  ...{ 'mcp-param-region': 'eu west', 'mcp-param-count': '42' },
  ...{ 'mcp-param-dry': 'false', 'mcp-param-city': 'Bern' },
}
// Shows: http-param-sent, http-param-omitted, http-base64-param
test.each<[string, string, Record<string, string>]>([
  ['all that are marked', JSON.stringify(whole), allFour],
  ['every digit', '{"count":9007199254740993}', { 'mcp-param-count': '9007199254740993' }],
  ['an empty string', '{"region":""}', { 'mcp-param-region': '' }],
  ['no null', '{"region":null,"where":{"city":null}}', {}],
  ['nothing below null', '{"where":null}', {}],
  ['nothing that is missing', '{}', {}],
  ...['grün', ' padded ', 'two\nlines', '=?base64?x?='].map(
    (region): [string, string, Record<string, string>] => [
      `${JSON.stringify(region)} in base64`,
      JSON.stringify({ region }),
      { 'mcp-param-region': base64(region) },
    ],
  ),
])('of the arguments, headers tell %s', async (_, args, headers) => {
  await using client = await openRawClient(core, { era: 'legacy' })
  const params = { name: 'plain__weather', arguments: parseJson(args) }
  const before = plain.asked('tools/call').length
  await client.request('tools/call', params)
  const [call, ...others] = plain.asked('tools/call').slice(before)
  expect(paramsIn(call?.headers)).toEqual(headers)
  expect(call?.text).toContain(`"arguments":${args}`)
  expect(others).toEqual([])
})

// Shows: http-param-relisted
test('a server that refuses our headers is asked for its tools anew, and called once more', async () => {
  await using client = await openRawClient(core, { era: 'legacy' })
  const listed = lenient.asked('tools/list').length
  expect(await client.call('lenient__weather', { region: 'eu' })).toBe('done')
  expect(lenient.asked('tools/list')).toHaveLength(listed + 1)
  expect(lenient.asked('tools/call').map(({ headers }) => paramsIn(headers))).toEqual([
    { 'mcp-param-region': 'eu' },
    { 'mcp-param-area': 'eu' },
  ])
})

// Shows: http-param-relisted
test('one that refuses the new headers, too, is not called a third time', async () => {
  await using client = await openRawClient(core, { era: 'legacy' })
  const call = client.call('strict__weather', { region: 'eu' })
  await expect(call).rejects.toMatchObject({ code: -32020 })
  expect(strict.asked('tools/call').map(({ headers }) => paramsIn(headers))).toEqual([
    { 'mcp-param-region': 'eu' },
    { 'mcp-param-area': 'eu' },
  ])
})

// Shows: http-param-invalid, http-param-warned
test('tools whose headers cannot be made are left out, with a warning, unless none are sent', async () => {
  await using client = await openRawClient(core, { era: 'legacy' })
  const names = FAULTY.map(({ name }) => String(name))
  const { tools } = (await client.request('tools/list')) as { tools: { name: string }[] }
  expect(tools.map(({ name }) => name)).toEqual([
    ...['plain__tool', 'plain__weather', 'lenient__weather', 'strict__weather'],
    ...names.map((name) => `local__${name}`),
  ])
  const before = plain.asked('tools/call').length
  await expect(client.call('plain__empty')).rejects.toMatchObject({ code: -32602 })
  expect(plain.asked('tools/call')).toHaveLength(before)

  const warnings = lines.filter(({ level, facts }) => level === 'warn' && 'fault' in facts)
  const told = warnings.map(({ facts }) => facts as { tool: string; fault: string })
  expect(told.map(({ tool }) => tool)).toEqual(names)
  const why = /^x-mcp-header (is no name|.* is not at a)|^two parameters ask for the header mcp-/
  expect(told.filter(({ fault }) => !why.test(fault))).toEqual([])
})
