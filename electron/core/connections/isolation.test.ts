import { expect, test } from 'vitest'
import type { JsonObject } from '../json-rpc.ts'
import { getsOwn } from './isolation.ts'
import type { Situation } from './isolation.ts'
import { makeRoom } from './room.ts'
import type { Occupant, Unused } from './room.ts'

const stdio = { isolation: 'auto', isRemote: false, isSwitched: false } as const
const remote = { ...stdio, isRemote: true }
const [nothing, askable] = [{}, { elicitation: {} }]

type Case = [string, boolean, Omit<Situation, 'client' | 'era'>, JsonObject]

test.each<Case>([
  ['auto, stdio', false, stdio, nothing],
  ['auto, stdio', false, stdio, askable],
  ['auto, stdio, switched', true, { ...stdio, isSwitched: true }, askable],
  ['auto, stdio, switched', false, { ...stdio, isSwitched: true }, nothing],
  ['auto, remote', true, remote, askable],
  ['auto, remote', true, remote, { sampling: {} }],
  ['auto, remote', true, remote, { roots: { listChanged: true } }],
  ['auto, remote', false, remote, { experimental: { x: {} } }],
  ['auto, remote', false, remote, nothing],
  ['shared', false, { ...remote, isolation: 'shared', isSwitched: true }, askable],
  ['session, stdio', true, { ...stdio, isolation: 'session' }, nothing],
  ['session, remote', true, { ...remote, isolation: 'session' }, askable],
])('%s: own is %s', (_, own, ...[situation, capabilities]) => {
  const client = { capabilities, info: undefined }
  expect(getsOwn({ ...situation, client, era: 'legacy' })).toBe(own)
  expect(getsOwn({ ...situation, client, era: 'modern' })).toBe(false)
})

function occupant(used: number, ...kinds: (readonly [Unused['kind'], number])[]) {
  const there = new Set(kinds)
  const ended: string[] = []
  const one: Occupant & { ended: string[] } = {
    ended,
    get count() {
      return used + there.size
    },
    unused: () =>
      [...there].map((entry) => ({
        ...{ kind: entry[0], since: entry[1] },
        end: () => void (there.delete(entry) && ended.push(entry.join(' '))),
      })),
  }
  return one
}

test('what is kept ready gives way first, then what was unused for longest', () => {
  const one = occupant(1, ['shared', 1], ['own', 5], ['own', 2], ['spare', 9])
  expect(makeRoom([one], 6)).toBe(true)
  expect(one.ended).toEqual([])
  expect(makeRoom([one], 3)).toBe(true)
  expect(one.ended).toEqual(['spare 9', 'own 2', 'own 5'])
  expect(makeRoom([one], 2)).toBe(true)
  expect(one.ended).toEqual(['spare 9', 'own 2', 'own 5', 'shared 1'])
  expect(makeRoom([one], 1)).toBe(false)
})

test('a connection that is shared gives way to its own server only', () => {
  const servers = [occupant(2, ['shared', 1]), occupant(0, ['own', 3]), occupant(0, ['own', 2])]
  expect(makeRoom(servers, 4)).toBe(true)
  expect(servers.map(({ ended }) => ended)).toEqual([[], ['own 3'], ['own 2']])
  expect(makeRoom(servers, 3)).toBe(false)
  expect(servers[0]?.ended).toEqual([])
})
