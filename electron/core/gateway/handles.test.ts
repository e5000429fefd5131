import { expect, test } from 'vitest'
import { openSecrets } from '../secrets.ts'
import { ownCall } from './call.ts'
import { Pages } from './pages.ts'
import { TaskHandles } from './task-handles.ts'

const key = new Uint8Array(32).fill(3)

test('a task has one handle for its caller, also after a restart, and none for others', () => {
  const task = { serverId: 'server-1', taskId: 'a.b:c/ü' }
  const handle = new TaskHandles(key).handleOf(task, 'me')
  expect(new TaskHandles(key).handleOf(task, 'me')).toBe(handle)
  expect(new TaskHandles(key).originOf(handle, 'me')).toEqual(task)
  expect(() => new TaskHandles(key).originOf(handle, 'you')).toThrow(/Unknown task/)
  const other = new TaskHandles(key).handleOf({ ...task, serverId: 'server-2' }, 'me')
  expect(other).not.toBe(handle)
})

test.each([undefined, 7, '', 'x', 'a.b.c', 'a.b', `${'A'.repeat(22)}.server-1.t`])(
  'the handle %j is nobody’s',
  (handle) => {
    expect(() => new TaskHandles(key).originOf(handle, 'me')).toThrow(/Unknown task/)
  },
)

// Shows: pagination-stable
test('a long list comes in pages, each item once and in order', () => {
  const pages = new Pages(openSecrets(key), 3)
  const items = Array.from({ length: 7 }, (_, n) => ({ name: `t${n}` }))
  const seen: unknown[] = []
  let cursor: unknown
  do {
    const call = { ...ownCall('e', 'tools/list'), params: cursor === undefined ? {} : { cursor } }
    const page = pages.cut(call, { tools: items }, pages.start(call))
    seen.push(...(page.tools as object[]))
    cursor = page.nextCursor
  } while (cursor !== undefined)
  expect(seen).toEqual(items)
})

test('a cursor is good for its list, endpoint and caller', () => {
  const pages = new Pages(openSecrets(key), 1)
  const call = ownCall('e', 'tools/list')
  const { nextCursor: cursor } = pages.cut(call, { tools: [1, 2] }, 0)
  expect(pages.start({ ...call, params: { cursor } })).toBe(1)
  const wrong = [
    { ...ownCall('e', 'prompts/list'), params: { cursor } },
    { ...ownCall('f', 'tools/list'), params: { cursor } },
    { ...call, caller: 'another', params: { cursor } },
    { ...call, params: { cursor: `${String(cursor)}x` } },
    { ...call, params: { cursor: 5 } },
  ]
  for (const one of wrong) expect(() => pages.start(one)).toThrow('Invalid cursor')
})
