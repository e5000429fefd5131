import { expect, test } from 'vitest'
import { runMiddlewares, textResult } from '../../testing/run-middleware.ts'

const harmless = { readOnlyHint: true, idempotentHint: true }
const TOOLS = [
  { name: 'read', annotations: harmless },
  { name: 'write', annotations: { readOnlyHint: false, idempotentHint: true } },
  { name: 'said-nothing' },
]
const counting = () => {
  let count = 0
  return () => textResult(String(++count))
}

test('a call with the same arguments is answered from before, in any order of keys', async () => {
  const { callTool, reached } = runMiddlewares([{ use: 'cache', seconds: 60 }], counting(), TOOLS)
  const first = await callTool('read', { a: 1, b: { c: 2, d: 3 } })
  expect(await callTool('read', { b: { d: 3, c: 2 }, a: 1 })).toEqual(first)
  expect(await callTool('read', { a: 1 })).toEqual(textResult('2'))
  expect(reached).toHaveLength(2)
})

test('tools that may change something are always called', async () => {
  const { callTool, reached } = runMiddlewares([{ use: 'cache', seconds: 60 }], counting(), TOOLS)
  for (const name of ['write', 'said-nothing', 'unknown']) {
    await callTool(name)
    await callTool(name)
  }
  expect(reached).toHaveLength(6)
})

test('each caller has answers of its own, unless the list says otherwise', async () => {
  const apart = runMiddlewares([{ use: 'cache', seconds: 60 }], counting(), TOOLS)
  await apart.callTool('read')
  expect(await apart.callTool('read', {}, { caller: 'other' })).toEqual(textResult('2'))
  const entry = { use: 'cache', seconds: 60, perCaller: false }
  const together = runMiddlewares([entry], counting(), TOOLS)
  await together.callTool('read')
  expect(await together.callTool('read', {}, { caller: 'other' })).toEqual(textResult('1'))
})

test('nothing is answered from before a server was defined anew, also while it is asked', async () => {
  const { callTool, memory } = runMiddlewares([{ use: 'cache', seconds: 60 }], counting(), TOOLS)
  await callTool('read')
  memory.defined('s')
  expect(await callTool('read')).toEqual(textResult('2'))
  expect(await callTool('read')).toEqual(textResult('2'))
  const late = runMiddlewares(
    [{ use: 'cache', seconds: 60 }],
    () => {
      late.memory.defined('s')
      return textResult('of the one before')
    },
    TOOLS,
  )
  await late.callTool('read')
  await late.callTool('read')
  expect(late.reached).toHaveLength(2)
})

test('what hangs on an answer of a person is asked again', async () => {
  const question = { method: 'elicitation/create', params: { message: 'Which?' } }
  const { callTool, send, reached } = runMiddlewares(
    [{ use: 'cache', seconds: 60 }],
    async ({ ask, params }) => {
      const { signal } = new AbortController()
      if (params.inputResponses) return textResult('of a later round')
      return textResult(JSON.stringify(await ask(question, { signal, onProgress: () => {} })))
    },
    TOOLS,
  )
  const answers = ['one', 'two']
  const ask = () => Promise.resolve({ said: answers.shift() })
  expect(await callTool('read', {}, { ask })).toEqual(textResult('{"said":"one"}'))
  expect(await callTool('read', {}, { ask })).toEqual(textResult('{"said":"two"}'))
  const round = { name: 'read', arguments: {}, inputResponses: {} }
  await send('tools/call', round)
  await send('tools/call', round)
  expect(reached).toHaveLength(4)
})

test('errors, questions and tasks are not kept', async () => {
  const answers = [
    { ...textResult('no'), isError: true },
    { resultType: 'input_required', inputRequests: {} },
    textResult('yes'),
    textResult('never asked'),
  ]
  const { callTool, send } = runMiddlewares(
    [{ use: 'cache', seconds: 60 }],
    () => answers.shift() ?? {},
    TOOLS,
  )
  expect(await callTool('read')).toMatchObject({ isError: true })
  expect(await callTool('read')).toMatchObject({ resultType: 'input_required' })
  expect(await callTool('read')).toEqual(textResult('yes'))
  expect(await callTool('read')).toEqual(textResult('yes'))
  const asTask = await send('tools/call', { name: 'read', arguments: {}, task: { ttl: 1 } })
  expect(asTask).toEqual(textResult('never asked'))
})
