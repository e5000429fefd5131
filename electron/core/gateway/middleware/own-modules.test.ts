import { mkdtempDisposable, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { echoServer } from '../../testing/echo-definition.ts'
import { openLogLines } from '../../testing/log-lines.ts'
import { openRawClient } from '../../testing/raw-client.ts'
import { configFileOf, startTempCore, type TempCore } from '../../testing/temp-core.ts'
import { startWithMiddleware } from '../../testing/with-middleware.ts'

const EXAMPLE = resolve(import.meta.dirname, '../../../../docs/examples/house-rules.mjs')
const echo = (message: string) => ({ name: 'echo__echo', arguments: { message } })

test('the example of the documentation does what it says', async () => {
  const entry = { use: EXAMPLE, forbid: ['rm -rf'], footer: 'Checked.' }
  const { log, lines } = openLogLines()
  await using core = await startWithMiddleware([entry], { log })
  await using client = await openRawClient(core, { era: 'modern' })
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
  ['answers nothing', 'export default () => () => async () => {}', /answered nothing/],
] as const

// A start takes a second: one core has them all, each in a namespace of its own.
let folder: Awaited<ReturnType<typeof mkdtempDisposable>>
let core: TempCore
beforeAll(async () => {
  folder = await mkdtempDisposable(join(tmpdir(), 'metamcp-module-'))
  const namespaces: Record<string, object> = {}
  for (const [at, [, code]] of BROKEN.entries()) {
    const use = join(folder.path, `broken-${at}.mjs`)
    if (code !== null) await writeFile(use, code)
    namespaces[`n${at}`] = { servers: ['echo'], middleware: [{ use }] }
  }
  const endpoints = Object.keys(namespaces).map((namespace) => [namespace, { namespace }])
  const file = {
    ...configFileOf([echoServer()]),
    namespaces,
    endpoints: Object.fromEntries(endpoints) as object,
  }
  core = await startTempCore({ file })
})
afterAll(async () => {
  await core[Symbol.asyncDispose]()
  await folder[Symbol.asyncDispose]()
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

test('an error with a code is for the client, and what comes from further in passes', async () => {
  await using own = await mkdtempDisposable(join(tmpdir(), 'metamcp-module-'))
  const use = join(own.path, 'strict.mjs')
  const code = `export default ({ word }) => (next) => async (call) => {
    if (JSON.stringify(call.params).includes(word)) {
      throw Object.assign(new Error('Not that'), { code: -32111, data: { word } })
    }
    return next(call)
  }`
  await writeFile(use, code)
  await using core = await startWithMiddleware([{ use, word: 'secret' }])
  await using client = await openRawClient(core, { era: 'legacy' })
  await expect(client.request('tools/call', echo('secret'))).rejects.toMatchObject({
    ...{ code: -32_111, message: 'Not that', data: { word: 'secret' } },
  })
  const thrown = { name: 'echo__throw', arguments: { code: -32_055, message: 'theirs' } }
  await expect(client.request('tools/call', thrown)).rejects.toMatchObject({
    ...{ code: -32_055, message: 'theirs' },
  })
})

test('one that never answers is ended by the limit before it', async () => {
  await using own = await mkdtempDisposable(join(tmpdir(), 'metamcp-module-'))
  const use = join(own.path, 'never.mjs')
  await writeFile(use, 'export default () => () => () => new Promise(() => {})')
  await using core = await startWithMiddleware([{ use: 'limit-time', ms: 100 }, { use }])
  await using client = await openRawClient(core, { era: 'modern' })
  await expect(client.request('tools/call', echo('a'))).rejects.toMatchObject({
    data: { timeoutMs: 100 },
  })
})
