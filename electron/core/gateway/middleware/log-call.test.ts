import { expect, test } from 'vitest'
import type { MiddlewareEntry } from '../../../../shared/middleware.ts'
import { runMiddlewares, textResult } from '../../testing/run-middleware.ts'
import type { Call } from '../call.ts'

/** What the call log is told to keep of a call through these. */
async function keptBy(entries: MiddlewareEntry[]) {
  const { callTool } = runMiddlewares(entries, () => textResult('for Ada'))
  const route: NonNullable<Call['route']> = { server: null }
  await callTool('say', { to: 'Ada' }, { route })
  return route.kept
}

test('arguments and results are kept as a list says, and nothing without it', async () => {
  const both = { arguments: { to: 'Ada' }, result: textResult('for Ada') }
  expect(await keptBy([])).toBeUndefined()
  expect(await keptBy([{ use: 'log-call' }])).toMatchObject({ ...both, maxCharacters: 10_000 })
  const short = await keptBy([{ use: 'log-call', results: false, maxCharacters: 500 }])
  expect(short).toEqual({ arguments: { to: 'Ada' }, maxCharacters: 500, redactions: [] })
  const results = await keptBy([{ use: 'log-call', arguments: false }])
  expect(results).not.toHaveProperty('arguments')
  expect(results).toMatchObject({ result: both.result })
})

test('what any redact of the list hides, the log hides as well', async () => {
  const redact = { use: 'redact', words: ['Ada'] }
  for (const entries of [
    [redact, { use: 'log-call' }],
    [{ use: 'log-call' }, redact],
  ]) {
    const kept = await keptBy(entries)
    const texts = [JSON.stringify(kept?.arguments), JSON.stringify(kept?.result)]
    expect(kept?.redactions).toHaveLength(1)
    const hidden = texts.map((text) => kept?.redactions.reduce((all, hide) => hide(all), text))
    expect(hidden.join()).not.toContain('Ada')
  }
})

test('where nobody takes a note, nothing is kept and the call goes on', async () => {
  const { callTool } = runMiddlewares([{ use: 'log-call' }], () => textResult('well'))
  expect(await callTool('say')).toEqual(textResult('well'))
})
