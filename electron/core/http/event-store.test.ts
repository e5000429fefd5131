import { describe, expect, test } from 'vitest'
import { EventStore, type EventStoreLimits } from './event-store.ts'

const NO_LIMIT = { events: 1e9, bytes: 1e12 }

function openStore(limits: Partial<EventStoreLimits>) {
  return new EventStore({ perStream: NO_LIMIT, perSession: NO_LIMIT, total: NO_LIMIT, ...limits })
}

const texts = (events: readonly { data: string }[]) => events.map(({ data }) => data)

describe('what is kept', () => {
  test('comes back in order, with its number, after the one that is named', () => {
    const stream = openStore({}).openSession().openStream()
    for (const text of ['a', 'b', 'c']) stream.add(text)
    expect(stream.after(1)).toMatchObject([
      { n: 2, data: 'b' },
      { n: 3, data: 'c' },
    ])
    expect(stream.after(0)).toHaveLength(3)
    expect(stream.after(3)).toEqual([])
    expect(stream.last).toBe(3)
  })

  test('of a stream: the newest, by number', () => {
    const session = openStore({ perStream: { events: 2, bytes: 1e9 } }).openSession()
    const [one, other] = [session.openStream(), session.openStream()]
    for (const text of ['a', 'b', 'c']) one.add(text)
    other.add('x')
    expect(texts(one.after(0))).toEqual(['b', 'c'])
    expect(texts(other.after(0))).toEqual(['x'])
  })

  test('of a stream: the newest, by size; one that is larger than all is not kept', () => {
    const stream = openStore({ perStream: { events: 99, bytes: 5_000 } })
      .openSession()
      .openStream()
    stream.add('a'.repeat(3_000))
    stream.add('b'.repeat(3_000))
    expect(stream.after(0).map(({ n }) => n)).toEqual([2])
    stream.add('c'.repeat(6_000))
    expect(stream.after(0)).toEqual([])
    expect(stream.isEmpty).toBe(true)
    expect(stream.add('d')).toBe(4)
  })

  test('of a stream: whether anything is missing after an event', () => {
    const stream = openStore({ perStream: { events: 2, bytes: 5_000 } })
      .openSession()
      .openStream()
    expect(stream.isWholeAfter(0)).toBe(true)
    for (const text of ['a', 'b', 'c']) stream.add(text)
    expect([0, 1, 2, 3, 4].map((n) => stream.isWholeAfter(n))).toEqual([
      false,
      ...Array(4).fill(true),
    ])
    stream.add('d'.repeat(6_000))
    expect([2, 3, 4].map((n) => stream.isWholeAfter(n))).toEqual([false, false, true])
    stream.add('e')
    expect([3, 4, 5].map((n) => stream.isWholeAfter(n))).toEqual([false, true, true])
  })

  test('letters beyond ASCII count as the bytes they are', () => {
    const stream = openStore({ perStream: { events: 99, bytes: 5_000 } })
      .openSession()
      .openStream()
    stream.add('ü'.repeat(2_600))
    expect(stream.isEmpty).toBe(true)
  })

  test('of a session: the oldest of all its streams go first', () => {
    const session = openStore({ perSession: { events: 3, bytes: 1e9 } }).openSession()
    const [one, other] = [session.openStream(), session.openStream()]
    one.add('1a')
    other.add('2a')
    one.add('1b')
    other.add('2b')
    expect(texts(one.after(0))).toEqual(['1b'])
    expect(texts(other.after(0))).toEqual(['2a', '2b'])
  })

  test('of all sessions: the oldest go first, whoever they belong to', () => {
    const store = openStore({ total: { events: 2, bytes: 1e9 } })
    const [one, other] = [store.openSession().openStream(), store.openSession().openStream()]
    one.add('1')
    other.add('2')
    other.add('3')
    expect(texts(one.after(0))).toEqual([])
    expect(texts(other.after(0))).toEqual(['2', '3'])
  })

  test('of a session that ended: nothing, and nothing any more', () => {
    const store = openStore({})
    const [session, other] = [store.openSession(), store.openSession()]
    const stream = session.openStream()
    stream.add('gone')
    other.openStream().add('stays')
    session.close()
    stream.add('too late')
    expect(stream.after(0)).toEqual([])
    expect(store.size.events).toBe(1)
  })

  test('is counted to the last byte, whatever goes and comes', () => {
    const perStream = { events: 7, bytes: 1_700 }
    const store = openStore({ perStream, perSession: { events: 20, bytes: 5_000 } })
    const sessions = Array.from({ length: 5 }, () => store.openSession())
    const streams = sessions.flatMap((one) => [one.openStream(), one.openStream()])
    for (let round = 0; round < 5_000; round++) {
      streams[(round * 7) % streams.length]?.add('x'.repeat((round * 31) % 400))
    }
    const kept = streams.flatMap((one) => one.after(0))
    expect(store.size.events).toBe(kept.length)
    expect(store.size.bytes).toBe(kept.reduce((sum, { data }) => sum + data.length + 200, 0))
    for (const one of streams) expect(one.after(0).at(-1)?.n).toBe(one.last)
    sessions.forEach((one) => one.close())
    expect(store.size).toEqual({ events: 0, bytes: 0 })
  })
})
