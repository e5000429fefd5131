import { mkdtempDisposable, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { echoServer } from '../../testing/echo-definition.ts'
import { openLogLines } from '../../testing/log-lines.ts'
import { openRawClient } from '../../testing/raw-client.ts'
import { configFileOf, startTempCore, type TempCore } from '../../testing/temp-core.ts'
import { openLog } from '../../log.ts'
import { ownCall } from '../call.ts'
import type { MiddlewarePlace } from './kind.ts'
import { openOwnModules } from './own-modules.ts'

const EXAMPLE = resolve(import.meta.dirname, '../../../../docs/examples/house-rules.mjs')
const echo = (message: string) => ({ name: 'echo__echo', arguments: { message } })

const BROKEN = [
  ['is not there', null, /is not there/],
  ['cannot be read', 'export default {', /./],
  ['throws when it is read', 'throw new Error("no luck")', /no luck/],
  ['exports nothing', 'export const a = 1', /no function/],
  [
    'throws when it is made',
    'export default () => { throw new Error("bad options") }',
    /bad options/,
  ],
  ['makes nothing', 'export default () => {}', /no function around a call/],
  ['throws around the pipeline', 'export default () => () => { throw new Error("x1") }', /x1/],
  ['gives nothing around the pipeline', 'export default () => () => 1', /no function/],
  ['throws in a call', 'export default () => () => () => { throw new Error("x2") }', /x2/],
  ['rejects in a call', 'export default () => () => async () => { throw "x3" }', /x3/],
  ['throws what says nothing', 'throw Object.create(null)', /says nothing/],
  ['answers nothing', 'export default () => () => async () => {}', /answered nothing/],
  [
    'answers what is no JSON',
    'export default () => (next) => async (call) => ({ ...(await next(call)), n: 10n })',
    /BigInt/,
  ],
] as const

const COPYING = `export default () => (next) => async (call) => {
  if (call.method === 'tools/call') return next({ ...call, params: { name: 'echo__add', arguments: {} } })
  if (call.method === 'prompts/list') return {}
  const result = JSON.parse(JSON.stringify(await next(call)))
  const saw = 'saw echo__add: ' + (result.tools ?? []).some(({ name }) => name === 'echo__add')
  return result.tools ? { ...result, tools: [...result.tools, { name: 'mine', description: saw }] } : result
}`

const STRICT = `export default ({ word }) => (next) => async (call) => {
  if (JSON.stringify(call.params).includes(word)) {
    throw Object.assign(new Error('Not that'), { code: -32111, data: { word } })
  }
  return next(call)
}`
const NEVER = 'export default () => () => () => new Promise(() => {})'

// A start takes a second: one core has them all, each in a namespace of its own.
let folder: Awaited<ReturnType<typeof mkdtempDisposable>>
let core: TempCore
const { log, lines } = openLogLines()
beforeAll(async () => {
  folder = await mkdtempDisposable(join(tmpdir(), 'metamcp-module-'))
  const write = async (name: string, code: string | null) => {
    const use = join(folder.path, `${name}.mjs`)
    if (code !== null) await writeFile(use, code)
    return use
  }
  const broken = BROKEN.map(async ([, code], at) => {
    return [`n${at}`, [{ use: await write(`broken-${at}`, code) }]] as const
  })
  const lists: Record<string, object[]> = {
    ...Object.fromEntries(await Promise.all(broken)),
    example: [{ use: EXAMPLE, forbid: ['rm -rf'], footer: 'Checked.' }],
    copying: [{ use: await write('copying', COPYING) }],
    strict: [{ use: await write('strict', STRICT), word: 'secret' }],
    never: [{ use: 'limit-time', ms: 100 }, { use: await write('never', NEVER) }],
  }
  const tools = { echo__add: { enabled: false }, echo__echo: { name: 'say', description: 'Says' } }
  const namespaces = Object.entries(lists).map(([name, middleware]) => {
    const changes = name === 'copying' ? { tools } : {}
    return [name, { servers: ['echo'], middleware, ...changes }] as const
  })
  const endpoints = namespaces.map(([namespace]) => [namespace, { namespace }] as const)
  const file = {
    ...configFileOf([echoServer()]),
    namespaces: Object.fromEntries(namespaces),
    endpoints: Object.fromEntries(endpoints),
  }
  core = await startTempCore({ file, log })
})
afterAll(async () => {
  await core[Symbol.asyncDispose]()
  await folder[Symbol.asyncDispose]()
})

test('the example of the documentation does what it says', async () => {
  await using client = await openRawClient(core, { era: 'modern', endpoint: 'example' })
  expect(await client.request('tools/call', echo('ls'))).toMatchObject({
    content: [{ text: 'ls' }, { type: 'text', text: 'Checked.' }],
  })
  expect(await client.request('tools/call', echo('rm -rf /'))).toMatchObject({
    isError: true,
    content: [{ text: 'The house rules forbid "rm -rf".' }],
  })
  expect(lines).toContainEqual({
    level: 'warn',
    facts: { tool: 'echo__echo', word: 'rm -rf' },
    message: 'a call against the house rules',
  })
  const { tools } = await client.request('tools/list')
  expect(tools).toContainEqual(expect.objectContaining({ name: 'echo__echo' }))
})

test.each(BROKEN.map(([title, , words], at) => ({ title, words, at })))(
  'a module that $title lets nothing pass, and is named',
  async ({ words, at }) => {
    const endpoint = `n${at}`
    await using client = await openRawClient(core, { era: 'modern', endpoint })
    const failed = client.request('tools/call', echo('a'))
    await expect(failed).rejects.toMatchObject({ code: -32_603 })
    const message = await failed.catch((error: Error) => error.message)
    expect(message).toContain(`The middleware broken-${at}.mjs of this namespace failed`)
    expect(message).toMatch(words)
    expect(message).not.toContain(folder.path)
  },
)

test.each(['legacy', 'modern'] as const)(
  'what is off stays so for a %s client, whatever a module does with lists and names',
  async (era) => {
    await using client = await openRawClient(core, { era, endpoint: 'copying' })
    const { tools } = await client.request('tools/list')
    const names = (tools as { name: string }[]).map(({ name }) => name)
    expect(names).toContain('say')
    for (const name of ['echo__echo', 'echo__add']) expect(names).not.toContain(name)
    expect(tools).toContainEqual(expect.objectContaining({ name: 'say', description: 'Says' }))
    // The module saw no more of it, and what it asks for instead is not there.
    expect(JSON.stringify(tools)).toContain('saw echo__add: false')
    await expect(client.request('tools/call', { name: 'say' })).rejects.toMatchObject({
      code: -32_602,
    })
    await expect(client.request('prompts/list')).rejects.toMatchObject({
      message: expect.stringContaining('it answered prompts/list without a list') as string,
    })
  },
)

test('a module that is not read to its end keeps nobody, nor does one that never answers', async () => {
  const waits = join(folder.path, 'waits.mjs')
  const never = join(folder.path, 'never.mjs')
  await writeFile(waits, 'await new Promise(() => {})')
  const modules = openOwnModules(openLog('silent'), 50)
  await modules.load([waits, never])
  const run = (use: string) =>
    modules.make({ use }, {} as MiddlewarePlace)(() => Promise.resolve({}))
  const call = ownCall('e', 'tools/call')
  await expect(run(waits)(call)).rejects.toThrow(
    'waits.mjs of this namespace failed: it was not read within 0.05 s',
  )
  const leaving = new AbortController()
  const answer = run(never)({ ...call, signal: leaving.signal })
  const reason = new Error('The client left')
  leaving.abort(reason)
  await expect(answer).rejects.toBe(reason)
})

test('an error with a code is for the client, and what comes from further in passes', async () => {
  await using client = await openRawClient(core, { era: 'legacy', endpoint: 'strict' })
  await expect(client.request('tools/call', echo('secret'))).rejects.toMatchObject({
    ...{ code: -32_111, message: 'Not that', data: { word: 'secret' } },
  })
  const thrown = { name: 'echo__throw', arguments: { code: -32_055, message: 'theirs' } }
  await expect(client.request('tools/call', thrown)).rejects.toMatchObject({
    ...{ code: -32_055, message: 'theirs' },
  })
})

test('one that never answers is ended by the limit before it', async () => {
  await using client = await openRawClient(core, { era: 'modern', endpoint: 'never' })
  await expect(client.request('tools/call', echo('a'))).rejects.toMatchObject({
    data: { timeoutMs: 100 },
  })
})
