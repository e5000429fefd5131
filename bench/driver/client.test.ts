import { expect, test } from 'vitest'
import { answerAmong, type Message } from './client.ts'

const ANSWER: Message = { id: 7, result: {} }
const NEWS: Message = { method: 'notifications/progress', params: { progress: 1 } }

test('the answer is found among what came, and what came behind it is counted', () => {
  const found = answerAmong([NEWS, ANSWER, NEWS, NEWS], 7, 1.5)
  expect(found).toEqual({ result: {}, ms: 1.5, notified: [NEWS, NEWS, NEWS], late: 2 })
})

test.each([
  ['none', [NEWS], '0 answers'],
  ['two', [ANSWER, ANSWER], '2 answers'],
  ['that of another request', [{ id: 8, result: {} }], 'an answer to 8'],
  ['one without a result', [{ id: 7 }], 'without a result'],
  ['an error', [{ id: 7, error: { code: -32601, message: 'no' } }], '-32601 no'],
])('%s is no answer', (_, messages, words) => {
  expect(() => answerAmong(messages, 7, 0)).toThrow(words)
})
