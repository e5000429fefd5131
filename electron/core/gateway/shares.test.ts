import { describe, expect, test } from 'vitest'
import type { Tenant } from '../connections/connection.ts'
import { openLog } from '../log.ts'
import type { Endpoint } from './endpoint.ts'
import { openLogLevels } from './log-levels.ts'
import { Places } from './places.ts'
import { Seats } from './seats.ts'
import type { Session } from './session.ts'
import { openSessions } from './sessions.ts'

/** One caller that takes all it can takes nothing from the others. */

const endpoint = {
  ...{ id: 'one', isGone: false, serverIds: [], sessions: new Set() },
  hello: () => Promise.resolve({ capabilities: {} }),
} as unknown as Endpoint

function openSeats() {
  const left: Tenant[] = []
  const seats = new Seats({
    leave: (tenant) => void left.push(tenant),
    ...{ heard: () => false, told: () => undefined },
  })
  const take = (caller: string, name = 'client', isShared = false) =>
    seats.take({ endpoint, caller, client: { capabilities: {}, info: { name } } }, isShared)
  return { seats, left, take }
}

describe('seats', () => {
  test('of a caller that is a new client each time: only its own oldest are given up', () => {
    const { left, take } = openSeats()
    const good = take('good')
    good.giveBack()
    const greedy = Array.from({ length: 1_000 }, (_, index) => take('greedy', `client-${index}`))
    greedy.forEach((one) => one.giveBack())
    expect(left).toEqual(greedy.slice(0, 950).map(({ tenant }) => tenant))
    expect(take('good').tenant).toBe(good.tenant)
    expect(take('greedy', 'client-999').tenant).toBe(greedy.at(-1)?.tenant)
  })

  test('of many callers: the oldest are given up', () => {
    const { left, take } = openSeats()
    const all = Array.from({ length: 1_001 }, (_, index) => take(`caller-${index}`))
    all.forEach((one) => one.giveBack())
    expect(left).toEqual([all[0]?.tenant])
  })

  test.each([true, false])(
    'in use (shared: %s) when their caller must go are given up when they are free',
    (isShared) => {
      const { seats, left, take } = openSeats()
      const [used, stays] = [take('revoked', 'a', isShared), take('other', 'a', isShared)]
      const free = take('revoked', 'b', isShared)
      free.giveBack()
      seats.giveUpWhere(({ caller }) => caller === 'revoked')
      expect(left).toEqual([free.tenant])
      const later = take('revoked', 'a', isShared)
      expect(later.tenant).not.toBe(used.tenant)
      used.giveBack()
      expect(left).toEqual([free.tenant, used.tenant])
      for (const one of [later, stays]) one.giveBack()
      expect(left).toHaveLength(2)
      expect(take('revoked', 'a', isShared).tenant).toBe(later.tenant)
    },
  )
})

test('sessions give way to those of their own caller first, the one idle for longest', async () => {
  const ended: Session[] = []
  const sessions = openSessions({
    ...{ serverInfo: { name: '', title: '', version: '' }, log: openLog('silent'), max: 4 },
    ...{ levels: openLogLevels(), hold: () => () => undefined, keepWithin: () => undefined },
    ...{
      places: new Places(null),
      heard: () => false,
      onEnd: (session) => void ended.push(session),
    },
  })
  const open = async (caller: string) => {
    const params = { protocolVersion: '2025-11-25', capabilities: {} }
    return (await sessions.open(endpoint, caller, params)).session
  }
  const good = await open('good')
  const [first, second, third] = [await open('greedy'), await open('greedy'), await open('greedy')]
  first.notification({ jsonrpc: '2.0', method: 'notifications/initialized' })
  await open('greedy')
  expect(ended).toEqual([second])
  await open('other')
  expect(ended).toEqual([second, third])
  expect(sessions.get(good.id, endpoint, 'good')).toBe(good)
  expect(sessions.size).toBe(4)
  sessions.close()
  expect(sessions.size).toBe(0)
})
