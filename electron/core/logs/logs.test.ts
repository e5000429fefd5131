import { expect, test } from 'vitest'
import { LOG_CAPACITY, logLine } from '../../../shared/log-entry.ts'
import { createCaller } from '../rpc.ts'
import { openLogLines } from '../testing/log-lines.ts'
import { openLogRing } from './log-ring.ts'
import { openLogs } from './logs.ts'
import { logRouter } from './router.ts'

const line = (text: string) => ({
  ...{ level: 'stderr' as const, source: 'server' as const, server: null },
  ...{ text, facts: null },
})

test('the newest entries are kept in order, and who was told some gets the others', () => {
  const ring = openLogRing()
  for (let count = 0; count < LOG_CAPACITY + 500; count++) ring.push(line(`line ${count}`))
  const all = ring.list()
  expect(all).toHaveLength(LOG_CAPACITY)
  expect(all[0]?.text).toBe('line 500')
  expect(all.at(-1)).toMatchObject({ text: `line ${LOG_CAPACITY + 499}`, seq: ring.lastSeq })
  const after = all.at(-3)?.seq ?? 0
  expect(ring.list({ after }).map(({ seq }) => seq - after)).toEqual([1, 2])
  expect(ring.list({ after: ring.lastSeq + 5 })).toEqual([])
  // Numbers of a run before are below those of this one.
  expect(openLogRing().lastSeq).toBeGreaterThan(0)
})

test('entries are found by server, by level and by a part of what they say', () => {
  const logs = openLogs()
  const { log } = openLogLines()
  logs.nameBy((key) =>
    [{ id: 'g1', name: 'github' }].find((one) => Object.values(one).includes(key)),
  )
  logs.tee(log).warn({ server: 'github', reason: 'It ended.\nat once' }, 'a server failed')
  logs.printed('g1', ['npm notice', 'listening'])
  logs.tee(log).info({}, 'started')
  const texts = (filter: object) => logs.ring.list({ filter }).map(({ text }) => text)
  expect(texts({ servers: ['g1'] })).toEqual([
    'a server failed: It ended. at once',
    ...['npm notice', 'listening'],
  ])
  expect(texts({ levels: ['info'] })).toEqual(['started'])
  expect(texts({ text: 'GITHUB' })).toHaveLength(3)
  expect(texts({ text: 'notice', levels: ['stderr'] })).toEqual(['npm notice'])
  expect(logs.ring.list()[0]).toMatchObject({
    source: 'metamcp',
    server: { id: 'g1', name: 'github' },
  })
})

test('our own log is written as before, and remembered without secrets and payloads', () => {
  const { log, lines } = openLogLines()
  const logs = openLogs()
  const facts = {
    params: { arguments: { text: 'private' } },
    apiKey: 'abc',
    tokens: 12,
    nested: { headers: { Authorization: 'Bearer abcdefghijk' } },
    said: `sk_mt_${'a'.repeat(40)} was refused`,
    error: new Error(`with Bearer ${'b'.repeat(20)}`),
  }
  logs.tee(log).child({ at: 'start' }).error(facts, 'a key sk_mt_0123456789 did not fit')
  expect(lines).toEqual([{ level: 'error', facts, message: expect.any(String) as string }])
  const [entry] = logs.ring.list()
  expect(entry?.text).toBe('a key ••• did not fit: with •••')
  expect(entry?.facts).toEqual({
    ...{ at: 'start', apiKey: '•••', tokens: 12, said: '••• was refused', error: 'with •••' },
    nested: { headers: { Authorization: '•••' } },
  })
  expect(entry && logLine(entry)).toMatch(
    /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} metamcp error a key ••• did not fit.*\{.*\}$/,
  )
})

test('a message of a server that is for nobody is told with its level, and not too often', () => {
  const logs = openLogs()
  const mask = (text: string) => text.replaceAll('hunter22', '•••')
  logs.told('s', { level: 'critical', logger: 'db', data: { password: 'hunter22' } }, mask)
  expect(logs.ring.list()[0]).toMatchObject({
    ...{ level: 'error', source: 'server', text: 'db: {"password":"•••"}' },
    server: { id: null, name: 's' },
  })
  for (let count = 0; count < 1_000; count++) logs.told('s', { data: 'again' }, mask)
  expect(logs.ring.list().length).toBeLessThan(500)
})

test('who follows the log gets what is there, then batches, and ends when it likes', async () => {
  const logs = openLogs()
  const caller = createCaller(logRouter({ ring: logs.ring, reads: () => true, batchMs: 5 }))
  const over = new AbortController()
  const { tail } = caller({ caller: { kind: 'local' } }, { signal: over.signal })
  logs.printed('s', ['before'])
  const batches = (await tail({ filter: { levels: ['stderr'] } }))[Symbol.asyncIterator]()
  const next = async () => (await batches.next()).value?.map(({ text }) => text)
  expect(await next()).toEqual(['before'])
  const coming = next()
  logs.printed('s', ['one', 'two'])
  expect(await coming).toEqual(['one', 'two'])
  const last = batches.next()
  over.abort()
  expect((await last).done).toBe(true)

  const again = (
    await caller({ caller: { kind: 'local' } }).tail({
      after: logs.ring.list()[1]?.seq,
    })
  )[Symbol.asyncIterator]()
  expect((await again.next()).value?.map(({ text }) => text)).toEqual(['two'])
  await again.return?.()
  await expect(caller({ caller: { kind: 'anonymous' } }).list({})).rejects.toThrow('admin token')
})
