import { afterAll, beforeAll, expect, test } from 'vitest'
import { echoServer } from '../testing/echo-definition.ts'
import { openPerson, targetOf } from '../testing/inspecting.ts'
import { configFileOf, startTempCore, type TempCore } from '../testing/temp-core.ts'
import type { InspectorTarget, RunEvent } from '../../../shared/inspector.ts'

let core: TempCore
let server: InspectorTarget
let modern: InspectorTarget
let person: ReturnType<typeof openPerson>
beforeAll(async () => {
  const odd = { name: 'odd.name/with dots', inputSchema: { type: 'object' } }
  const servers = [
    echoServer({ extraTools: [odd] }),
    echoServer({ name: 'modern', era: 'modern' }, { name: 'modern' }),
  ]
  core = await startTempCore({ file: configFileOf(servers), times: { inspectorGraceMs: 100 } })
  await core.admin.servers.create.mutate(echoServer({ tools: 1_100 }, { name: 'alone' }))
  person = openPerson(core)
  server = await targetOf(core, 'server', 'echo')
  modern = await targetOf(core, 'server', 'modern')
})
afterAll(() => core[Symbol.asyncDispose]())

const names = (items: { name?: unknown }[]) => items.map(({ name }) => name)
const resultOf = (event: Extract<RunEvent, { kind: 'result' }>) =>
  JSON.parse(event.result) as { content: { text: string }[]; structuredContent?: unknown }

test('a server is listed under its own names, also when it is in no namespace', async () => {
  const view = await person.api().inspector.list({ target: server })
  expect(names(view.tools)).toEqual(expect.arrayContaining(['echo', 'odd.name/with dots']))
  expect(view).toMatchObject({ era: 'legacy', protocolVersion: '2025-11-25' })
  expect(view.prompts.length).toBeGreaterThan(0)
  expect(view.resourceTemplates.length).toBeGreaterThan(0)
  const alone = await targetOf(core, 'server', 'alone')
  const all = await person.api().inspector.list({ target: alone })
  expect(names(all.tools)).toContain('tool_1099')
  expect((await person.api().inspector.list({ target: modern })).era).toBe('modern')
})

test('a namespace and an endpoint are listed with the names that clients get', async () => {
  const { id: endpointId } = await targetOf(core, 'endpoint', 'default')
  await core.admin.endpoints.update.mutate({ id: endpointId, patch: { prefix: false } })
  const namespace = await targetOf(core, 'namespace', 'default')
  const merged = await person.api().inspector.list({ target: namespace })
  expect(names(merged.tools)).toEqual(expect.arrayContaining(['echo__echo', 'modern__echo']))
  expect(merged.era).toBe(null)
  const target = { kind: 'endpoint' as const, id: endpointId }
  const view = await person.api().inspector.list({ target })
  expect(names(view.tools)).toEqual(expect.arrayContaining(['echo', 'modern__echo']))
  await core.admin.endpoints.update.mutate({ id: endpointId, patch: { prefix: true } })
  const again = await person.api().inspector.list({ target })
  expect(names(again.tools)).toContain('echo__echo')
  expect(names(again.tools)).not.toContain('echo')
})

test('a run says that it began, and what came of it, with every digit and its size', async () => {
  const run = await person.call(server, 'unknown_content')
  const result = await run.until('result')
  expect(run.seen[0]).toMatchObject({ kind: 'started', runId: run.runId, seq: 1 })
  expect(result.result).toContain('9007199254740993123')
  expect(result.bytes).toBe(Buffer.byteLength(result.result))
  const params = '{"name":"reflect_raw","arguments":{"n":9007199254740993123}}'
  const input = { target: server, method: 'tools/call' as const, params }
  const raw = await person.watch((await person.api().inspector.start(input)).runId)
  expect((await raw.until('result')).result).toContain('9007199254740993123')
})

test('prompts, resources and completions come the same way', async () => {
  const view = await person.api().inspector.list({ target: server })
  const api = person.api().inspector
  const prompt = String(view.prompts[0]?.['name'])
  const get = { name: prompt, arguments: {} }
  const started = await api.start({
    ...{ target: server, method: 'prompts/get', params: JSON.stringify(get) },
  })
  expect((await (await person.watch(started.runId)).until('result')).result).toContain('messages')
  const uri = String(view.resources[0]?.['uri'])
  const read = await api.start({
    ...{ target: server, method: 'resources/read', params: JSON.stringify({ uri }) },
  })
  expect((await (await person.watch(read.runId)).until('result')).result).toContain('contents')
  const ref = { type: 'ref/prompt' as const, name: prompt }
  const completion = await api.complete({ target: server, ref, argument: { name: 'a', value: '' } })
  expect(completion.values).toBeInstanceOf(Array)
})

test('progress and log messages are events of the run', async () => {
  const run = await person.call(server, 'slow', { args: { steps: 3 }, logLevel: 'debug' })
  expect(await run.until('progress')).toMatchObject({ total: 3, message: null })
  expect(resultOf(await run.until('result')).content[0]?.text).toBe('done after 3 steps')
  expect(run.seen.filter(({ kind }) => kind === 'progress').length).toBeGreaterThan(0)
  const logging = await person.call(server, 'log', { args: { level: 'debug' }, logLevel: 'debug' })
  expect(await logging.until('log')).toMatchObject({ level: 'debug' })
})

test('an error is told with its code and data, and a tool that is not there is one', async () => {
  const thrown = await person.call(server, 'throw', {
    args: { code: -32051, message: 'no such label' },
  })
  expect(await thrown.until('error')).toMatchObject({
    ...{ code: -32051, message: 'no such label', reason: 'server' },
    data: '{"kept":[1,2]}',
  })
  const missing = await person.call(server, 'nothing_like_it')
  expect(await missing.until('error')).toMatchObject({ code: -32602, reason: 'server' })
})

test('what is no request is refused before anything is sent', async () => {
  const start = (params: string) =>
    person.api().inspector.start({ target: server, method: 'tools/call', params })
  await expect(start('{"name"')).rejects.toThrow('The request is not valid JSON.')
  await expect(start('[]')).rejects.toThrow('The request must be a JSON object.')
  await expect(start(`{"a":${'['.repeat(600)}${']'.repeat(600)}}`)).rejects.toThrow('too deeply')
  await expect(start(`"${'x'.repeat(17_000_000)}"`)).rejects.toThrow('larger than 16 MB')
  const target = { kind: 'server' as const, id: 'gone' }
  const input = { target, method: 'tools/call' as const, params: '{}' }
  await expect(person.api().inspector.start(input)).rejects.toThrow('not there any more')
})

type State = { cancelled: unknown[]; running: string[]; pid: number }
async function stateOf(): Promise<State> {
  const run = await person.call(server, 'state')
  return resultOf(await run.until('result')).structuredContent as State
}

test('cancelling, running out of time and leaving end the call at its server', async () => {
  const cancelled = async () => (await stateOf()).cancelled.length
  const before = await cancelled()
  const byHand = await person.call(server, 'hold', { args: { key: 'a' } })
  await byHand.until('progress')
  await person.api().inspector.cancel({ runId: byHand.runId })
  expect(await byHand.until('error')).toMatchObject({ reason: 'cancelled' })
  await expect.poll(cancelled).toBe(before + 1)

  const late = await person.call(server, 'hold', { args: { key: 'b' }, timeoutMs: 150 })
  expect(await late.until('error')).toMatchObject({ reason: 'timeout' })
  await expect.poll(cancelled).toBe(before + 2)

  const left = await person.call(server, 'hold', { args: { key: 'c' } })
  await left.until('progress')
  await left.leave()
  await expect.poll(cancelled).toBe(before + 3)
})

test('who comes back in time reads everything from the start, and nothing was called twice', async () => {
  const first = await person.call(server, 'hold', { args: { key: 'again' } })
  await first.until('progress')
  await first.leave()
  const second = await person.watch(first.runId)
  await second.until('progress')
  await (await person.call(server, 'free', { args: { key: 'again' } })).until('result')
  expect(resultOf(await second.until('result')).content[0]?.text).toBe('let go')
  expect(second.seen[0]).toMatchObject({ kind: 'started' })
})

test('a run is its caller’s alone', async () => {
  const run = await person.call(server, 'hold', { args: { key: 'mine' } })
  await run.until('progress')
  const other = openPerson(core, 'admin')
  await expect(other.watch(run.runId)).rejects.toThrow('There is no such run.')
  await other.api().inspector.cancel({ runId: run.runId })
  await (await person.call(server, 'free', { args: { key: 'mine' } })).until('result')
  expect(await run.until('result')).toMatchObject({ kind: 'result' })
})

test('an account has ten runs at a time, begun at once or not, and others run theirs', async () => {
  const ben = { kind: 'account', id: 'ben', name: 'Ben', role: 'member' } as const
  const { inspector } = core.router.createCaller({ caller: ben })
  const params = '{"name":"hold","arguments":{"key":"many"}}'
  const begin = () => inspector.start({ target: server, method: 'tools/call', params })
  const begun = await Promise.allSettled(Array.from({ length: 12 }, begin))
  const refused = begun.filter((one) => one.status === 'rejected')
  expect(refused.map(({ reason }) => String(reason))).toEqual(
    Array(2).fill(expect.stringContaining('10 of your runs are under way')),
  )
  const run = await person.call(server, 'echo', { args: { message: 'mine' } })
  await run.until('result')
  // Nobody reads them: they end, and there is room again.
  await expect.poll(() => begin().then(({ runId }) => runId, String)).not.toContain('under way')
})

test('a server remembers things from one run to the next, as with any client', async () => {
  const own = await core.admin.servers.create.mutate(
    echoServer({}, { name: 'own', isolation: 'session' }),
  )
  const target = { kind: 'server' as const, id: own.id }
  const pidOf = async () => {
    const run = await person.call(target, 'state')
    return (resultOf(await run.until('result')).structuredContent as State).pid
  }
  expect(await pidOf()).toBe(await pidOf())
})

test('a run ends when its target goes', async () => {
  const gone = await core.admin.servers.create.mutate(echoServer({}, { name: 'gone' }))
  const target = { kind: 'server' as const, id: gone.id }
  const run = await person.call(target, 'hold', { args: { key: 'x' } })
  await run.until('progress')
  await core.admin.servers.delete.mutate({ id: gone.id })
  expect(await run.until('error')).toMatchObject({ reason: 'target-gone' })
  await expect(person.api().inspector.list({ target })).rejects.toThrow('not there any more')
})
