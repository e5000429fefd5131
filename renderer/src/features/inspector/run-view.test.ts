import { expect, test } from 'vitest'
import type { RunEvent } from '../../../../shared/inspector.ts'
import { EMPTY_VALUE } from '../../ui/schema-value.ts'
import { requestOf } from './request.ts'
import { isOver, newRun, withEvent } from './run-view.ts'

const subject = {
  target: { kind: 'server' as const, id: '1' },
  ...{ targetName: 'echo', tab: 'tools' as const, item: 'echo' },
  ...{ draft: EMPTY_VALUE, timeoutMs: 60_000 },
}
const question: RunEvent = {
  ...{ seq: 3, kind: 'question', questionId: 'q', method: 'roots/list', params: {} },
  ...{ server: null, expiresAt: '2026-01-01T00:00:00Z' },
}
const events: RunEvent[] = [
  { seq: 1, kind: 'started', runId: 'r' },
  { seq: 2, kind: 'progress', progress: 1, total: 2, message: null },
  question,
  { seq: 4, kind: 'question-over', questionId: 'q', why: 'answered' },
  { seq: 5, kind: 'result', result: '{}', ms: 1, bytes: 2 },
]

test('a run follows its events, and those that come twice change nothing', () => {
  let run = newRun(subject, 0)
  for (const event of [...events.slice(0, 3), ...events.slice(0, 3)]) run = withEvent(run, event)
  expect(run).toMatchObject({ runId: 'r', progress: { progress: 1 }, questions: [question] })
  expect(isOver(run)).toBe(false)
  for (const event of events) run = withEvent(run, event)
  expect(run).toMatchObject({ questions: [], result: { result: '{}' } })
  expect(isOver(run)).toBe(true)
  expect(withEvent(run, { ...question, seq: 6 })).toBe(run)
})

test('what is sent is what was filled in, digit by digit', () => {
  const text = '{"n":9007199254740993123}'
  const json = { mode: 'json' as const, value: {}, text }
  expect(requestOf({ ...subject, draft: json }).params).toBe(`{"name":"echo","arguments":${text}}`)
  const form = { mode: 'form' as const, value: { a: 'x', b: undefined, c: '' }, text: '' }
  expect(requestOf({ ...subject, draft: form }).params).toBe(
    '{"name":"echo","arguments":{"a":"x","c":""}}',
  )
  expect(requestOf({ tab: 'prompts', item: 'p', draft: form })).toEqual({
    method: 'prompts/get',
    params: '{"name":"p","arguments":{"a":"x"}}',
  })
  expect(requestOf({ tab: 'templates', item: 'x:{a}', draft: form }).params).toBe('{"uri":"x:x"}')
})
