import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { echoServer } from '../testing/echo-definition.ts'
import { openPerson, targetOf } from '../testing/inspecting.ts'
import { configFileOf, startTempCore, type TempCore } from '../testing/temp-core.ts'
import type { AnswerInput, InspectorTarget } from '../../../shared/inspector.ts'

let core: TempCore
let person: ReturnType<typeof openPerson>
beforeAll(async () => {
  const modern = echoServer({ name: 'modern', era: 'modern' }, { name: 'modern' })
  const own = echoServer({}, { name: 'own', isolation: 'session' })
  core = await startTempCore({ file: configFileOf([echoServer(), modern, own]) })
  person = openPerson(core)
})
afterAll(() => core[Symbol.asyncDispose]())

const QUESTIONS = [
  {
    method: 'elicitation/create',
    params: { message: 'Which?', requestedSchema: { type: 'object', properties: {} } },
    result: { action: 'accept', content: { colour: 'green' } },
  },
  {
    method: 'elicitation/create',
    params: { mode: 'url', message: 'Sign in', url: 'https://example.com', elicitationId: 'e' },
    result: { action: 'accept' },
  },
  {
    method: 'sampling/createMessage',
    params: { messages: [], maxTokens: 1 },
    result: { role: 'assistant', content: { type: 'text', text: 'hi' }, model: 'a person' },
  },
  { method: 'roots/list', params: undefined, result: { roots: [{ uri: 'file:///tmp' }] } },
]

async function ask(server: string, question: object) {
  const target: InspectorTarget = await targetOf(core, 'server', server)
  const run = await person.call(target, 'ask', { args: question })
  const asked = await run.until('question')
  const answer = (given: AnswerInput['answer']) =>
    person.api().inspector.answer({
      ...{ runId: run.runId, questionId: asked.questionId, answer: given },
    })
  return { run, asked, answer }
}

/** Roots are never asked for over a connection that is shared. */
const CASES = QUESTIONS.flatMap((one) =>
  (one.method === 'roots/list' ? ['own', 'modern'] : ['echo', 'own', 'modern']).map((server) => ({
    ...{ ...one, server },
    mode: (one.params as { mode?: string } | undefined)?.mode ?? 'form',
  })),
)

describe.each(CASES)('$method ($mode) of $server', ({ server, method, params, result }) => {
  test('is answered by hand', async () => {
    const { run, asked, answer } = await ask(server, { method, params })
    expect(asked.method).toBe(method)
    if (method !== 'roots/list') expect(asked.server).toBe(server)
    expect(Date.parse(asked.expiresAt)).toBeGreaterThan(Date.now())
    await answer({ kind: 'result', result: JSON.stringify(result) })
    const done = await run.until('result')
    expect(JSON.stringify(JSON.parse(done.result))).toContain(JSON.stringify(result).slice(1, -1))
    expect(run.seen.map(({ kind }) => kind)).toContain('question-over')
  })
})

test('refusing and cancelling are said in the words of the method', async () => {
  const [form, , sampling] = QUESTIONS
  const refused = await ask('echo', { ...form })
  await refused.answer({ kind: 'refuse' })
  expect((await refused.run.until('result')).result).toContain('"action":"decline"')
  const cancelled = await ask('echo', { ...form })
  await cancelled.answer({ kind: 'cancel' })
  expect((await cancelled.run.until('result')).result).toContain('"action":"cancel"')
  const sample = await ask('echo', { ...sampling })
  await sample.answer({ kind: 'refuse' })
  expect((await sample.run.until('result')).result).toContain('The person refused')
})

test('the time in which a person thinks is not the server’s', async () => {
  const target = await targetOf(core, 'server', 'echo')
  const { method, params } = QUESTIONS[0] ?? {}
  const run = await person.call(target, 'ask', { args: { method, params }, timeoutMs: 100 })
  const { questionId } = await run.until('question')
  const askedAt = Date.now()
  await expect.poll(() => Date.now() - askedAt).toBeGreaterThan(300)
  const answer = { kind: 'result' as const, result: '{"action":"accept","content":{}}' }
  await person.api().inspector.answer({ runId: run.runId, questionId, answer })
  expect(await run.until('result')).toMatchObject({ kind: 'result' })
})

test('what is no answer leaves the question open; a second answer is too late', async () => {
  const { run, answer } = await ask('echo', { ...QUESTIONS[0] })
  await expect(answer({ kind: 'result', result: 'nonsense' })).rejects.toThrow('not valid JSON')
  await answer({ kind: 'refuse' })
  await run.until('result')
  await expect(answer({ kind: 'refuse' })).rejects.toThrow('Too late')
})

test('a question that the server withdraws is over', async () => {
  const { run } = await ask('echo', { ...QUESTIONS[0], cancelAfterMs: 20 })
  expect(await run.until('question-over')).toMatchObject({ why: 'withdrawn' })
})

test('a run that is cancelled leaves no question behind', async () => {
  const { run, answer } = await ask('echo', { ...QUESTIONS[0] })
  await person.api().inspector.cancel({ runId: run.runId })
  expect(await run.until('error')).toMatchObject({ reason: 'cancelled' })
  await expect(answer({ kind: 'refuse' })).rejects.toThrow('Too late')
})
