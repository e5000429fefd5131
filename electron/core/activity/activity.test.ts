import { expect, test, vi } from 'vitest'
import { RpcError } from '../json-rpc.ts'
import { openLogLines } from '../testing/log-lines.ts'
import { openActivity, type ActivityOptions, type EndedCall } from './activity.ts'
import { accessOf } from '../access.ts'
import { openCallCounts } from './call-counts.ts'
import { OF_INSTANCE, type Place } from './place.ts'
import { Seen } from './seen.ts'

const AT = { endpoint: 'default', place: OF_INSTANCE }
const OPERATOR = accessOf({ kind: 'local' })
const cursor = { endpoint: 'default', caller: 'api-key:k1', client: { info: { name: 'Cursor' } } }

function open(fields: Partial<ActivityOptions> = {}) {
  const saved: object[] = []
  let changes = 0
  const activity = openActivity({
    kept: null,
    save: (kept) => Promise.resolve(void saved.push(kept)),
    onChange: () => void changes++,
    log: openLogLines().log,
    ...fields,
  })
  return { activity, saved, changes: () => changes }
}

const call = (fields: Partial<EndedCall> = {}): EndedCall => ({
  ...{ server: 'github', name: 'github__search', at: Date.now(), ms: 10 },
  ...{ result: {}, error: null, wasCancelled: false, ...fields },
})

test('calls are counted by how they ended, and the newest are told one by one', () => {
  const { activity } = open()
  const text = `no such repo\n${'x'.repeat(300)}`
  activity.called(cursor, call({ ms: 30 }))
  activity.called(cursor, call({ result: { isError: true, content: [{ type: 'text', text }] } }))
  activity.called(cursor, call({ result: null, error: new RpcError(-32603, 'github: gone') }))
  activity.called(
    cursor,
    call({ result: null, error: new RpcError(-32603, 'x'), wasCancelled: true }),
  )
  const overview = activity.overview(OPERATOR, 30)
  expect(overview.minutes).toHaveLength(30)
  expect(overview).toMatchObject({ calls: 4, failed: 2, callsPerMinute: 4, p50Ms: 10, p95Ms: 30 })
  expect(overview).toMatchObject({ hasCalls: true, clients: 1 })
  const told = activity
    .latest(OPERATOR, 3)
    .map(({ outcome, code, error }) => ({ outcome, code, error }))
  expect(told).toEqual([
    { outcome: 'cancelled', code: null, error: null },
    { outcome: 'error', code: -32603, error: 'github: gone' },
    { outcome: 'tool-error', code: null, error: 'no such repo' },
  ])
  expect(activity.latest(OPERATOR, 1)[0]).toMatchObject({
    client: 'Cursor',
    clientId: 'cursor',
    seq: 3,
  })
})

test('what is not known yet is not zero', () => {
  const { activity } = open()
  expect(activity.overview(OPERATOR, 5)).toMatchObject({
    p50Ms: null,
    p95Ms: null,
    hasCalls: false,
  })
  expect(activity.keyLastUsed('k1')).toBeNull()
  activity.opened(cursor)
  expect(activity.clients(OPERATOR)[0]).toMatchObject({ calls: 0, tools: null, toolsReadAt: null })
  expect(activity.overview(OPERATOR, 5).hasCalls).toBe(false)
})

test('a client is there while it has sessions, sees tools, and is told apart by its name', () => {
  const { activity } = open()
  const other = {
    ...cursor,
    endpoint: 'work',
    client: { info: { name: 'cursor', title: 'Cursor 2' } },
  }
  activity.opened(cursor)
  const end = activity.opened(other)
  activity.asked(other, 44)
  activity.asked(cursor, null)
  expect(activity.overview(OPERATOR, 1).sessions).toEqual({ default: 1, work: 1 })
  end()
  expect(activity.overview(OPERATOR, 1).sessions).toEqual({ default: 1 })
  expect(activity.clients(OPERATOR)).toEqual([
    expect.objectContaining({ id: 'cursor', sessions: 1, tools: 44, endpoint: 'default' }),
  ])
  expect(activity.keys()).toEqual({ k1: { at: expect.any(String) as string, client: 'Cursor' } })
})

test('a session ends where it began, whatever became of its key and its endpoint', () => {
  const bens = { ownerId: 'ben', shared: false, accountId: 'ben' }
  let place: Place = { ...bens, shared: true }
  const { activity } = open({ placeOf: () => place })
  const ben = accessOf({ kind: 'account', id: 'ben', name: 'Ben', role: 'member' })
  const end = activity.opened(cursor)
  expect(activity.overview(ben, 1).sessions).toEqual({ default: 1 })
  place = { ...bens, accountId: null }
  const endOther = activity.opened(cursor)
  end()
  expect(activity.overview(ben, 1).sessions).toEqual({ default: 1 })
  endOther()
  expect(activity.overview(ben, 1).sessions).toEqual({})
  expect(activity.clients(ben)).toMatchObject([{ id: 'cursor', sessions: 0 }])
})

test('a program that is known is called as people call it', () => {
  const labels = new Map([['cursor', 'Cursor the editor']])
  const { activity } = open({ labelOf: (id) => labels.get(id) })
  activity.called(cursor, call())
  activity.called({ ...cursor, client: { info: { name: 'X', title: 'Ex' } } }, call())
  expect(
    activity
      .clients(OPERATOR)
      .map(({ name }) => name)
      .sort(),
  ).toEqual(['Cursor the editor', 'Ex'])
  expect(activity.latest(OPERATOR, 2).map(({ client }) => client)).toEqual([
    'Ex',
    'Cursor the editor',
  ])
})

test('who was there is saved now and then and at the end, and known after a restart', async () => {
  vi.useFakeTimers()
  try {
    const { activity, saved, changes } = open()
    for (let count = 0; count < 50; count++) activity.called(cursor, call())
    expect(changes()).toBe(1)
    vi.advanceTimersByTime(1_000)
    expect(changes()).toBe(2)
    expect(saved).toHaveLength(0)
    vi.advanceTimersByTime(9_000)
    expect(saved).toHaveLength(1)
    activity.called(cursor, call())
    await activity.close()
    expect(saved).toHaveLength(2)

    const next = open({ kept: saved[1] as ActivityOptions['kept'] })
    expect(next.activity.clients(OPERATOR)).toMatchObject([{ id: 'cursor', calls: 51 }])
    expect(next.activity.keyLastUsed('k1')?.client).toBe('Cursor')
    expect(next.activity.overview(OPERATOR, 1)).toMatchObject({
      hasCalls: true,
      calls: 0,
      sessions: {},
    })
    await next.activity.close()
    expect(next.saved).toEqual([])
    // The rate of calls that was shown falls without a call.
    vi.advanceTimersByTime(120_000)
    expect(changes()).toBeLessThan(5)
  } finally {
    vi.useRealTimers()
  }
})

test('what cannot be saved is told to the log, and nobody waits for it', async () => {
  const { log, lines } = openLogLines()
  const { activity } = open({ log, save: () => Promise.reject(new Error('the disk is full')) })
  activity.asked(cursor, null)
  await activity.close()
  expect(lines).toContainEqual(expect.objectContaining({ facts: { error: 'the disk is full' } }))
})

test('counts are of their own minute, and forgotten after a day', () => {
  const counts = openCallCounts()
  const noon = Date.UTC(2026, 0, 1, 12)
  counts.add(noon, false)
  counts.add(noon + 59_000, true)
  counts.add(noon + 60_000, false)
  expect(counts.minutes(3, noon + 61_000)).toEqual([
    { at: noon - 60_000, calls: 0, failed: 0 },
    { at: noon, calls: 2, failed: 1 },
    { at: noon + 60_000, calls: 1, failed: 0 },
  ])
  expect(counts.lastMinute(noon + 61_000)).toBe(2)
  const tomorrow = noon + 24 * 60 * 60_000
  expect(counts.minutes(1, tomorrow)[0]?.calls).toBe(0)
  counts.add(tomorrow, false)
  expect(counts.minutes(1, tomorrow)[0]).toEqual({ at: tomorrow, calls: 1, failed: 0 })
  expect(counts.lastMinute(tomorrow)).toBe(1)
})

test('names that are made up all the time do not fill the memory', () => {
  const seen = new Seen(null)
  seen.note({ name: 'stays' }, { ...AT, keyId: null }).sessions = 1
  for (let count = 0; count < 1_000; count++) {
    seen.note({ name: `client ${count}` }, { ...AT, keyId: `key ${count}` })
  }
  expect(seen.clients(() => true)).toHaveLength(200)
  expect(seen.clients(() => true).map(({ id }) => id)).toContain('stays')
  expect(Object.keys(seen.keys())).toHaveLength(1_000)
})

test('of keys the one that was used longest ago is forgotten for a new one, also after a restart', () => {
  const info = { name: 'cursor' }
  const first = new Seen(null)
  for (let count = 0; count < 1_000; count++) first.note(info, { ...AT, keyId: `key ${count}` })
  first.note(info, { ...AT, keyId: 'key 0' })
  first.note(info, { ...AT, keyId: 'new' })
  expect([first.key('key 0'), first.key('new')]).not.toContain(null)
  expect(first.key('key 1')).toBeNull()
  expect(first.key('key 2')).not.toBeNull()

  const { clients, keys } = first.kept()
  const old = { at: new Date(0).toISOString(), client: 'cursor' }
  const again = new Seen({ clients, keys: { ...keys, 'key 2': old } })
  again.note(info, { ...AT, keyId: 'newest' })
  expect([again.key('newest'), again.key('key 3')]).not.toContain(null)
  expect(again.key('key 2')).toBeNull()
  expect(Object.keys(again.keys())).toHaveLength(1_000)
})

test('taking note of a call costs next to nothing', () => {
  const { activity } = open()
  const one = call()
  for (let count = 0; count < 10_000; count++) activity.called(cursor, one)
  const begun = performance.now()
  for (let count = 0; count < 100_000; count++) activity.called(cursor, one)
  expect((performance.now() - begun) / 100_000).toBeLessThan(0.02)
})
