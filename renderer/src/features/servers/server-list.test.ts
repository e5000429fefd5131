import { expect, test } from 'vitest'
import type { ServerView } from '../../../../shared/server.ts'
import { launchOf, listServers, neighbourOf } from './server-list.ts'

const server = (id: string, fields: Partial<ServerView> = {}): ServerView => ({
  ...{ id, name: id, description: '', type: 'STDIO', enabled: true, start: 'lazy', idleMs: 1 },
  ...{ startTimeoutMs: 1, isolation: 'auto', idleConnections: 1, maxConnections: 1 },
  ...{ state: 'running', error: null, problem: null, startedAt: 1, startMs: 1, retryAt: null },
  ...{
    signIn: null,
    toolCount: 1,
    tokenCount: 1,
    lastSeenAt: 1,
    ownConnections: false,
    ownerId: null,
    shared: true,
    approved: true,
  },
  ...{ command: 'npx', args: ['-y', `@pkg/${id}`] },
  ...fields,
})

const refused = { code: 'refused', message: 'no' } as const
const all = [
  server('broken', { state: 'failed', problem: refused, error: 'no' }),
  server('again', { state: 'starting', problem: refused }),
  server('idle', { state: 'stopped', description: 'PostgreSQL' }),
  server('linear', { state: 'stopped', signIn: 'needed', url: 'https://linear.app/mcp' }),
  server('off', { state: 'disabled', enabled: false, signIn: 'needed' }),
  server('running'),
]
const everything = { text: '', state: undefined, members: null }
const idsOf = (narrowed: Parameters<typeof listServers>[1]) => {
  const { needy, on, off } = listServers(all, narrowed)
  return [needy, on, off].map((list) => list.map(({ server: { id } }) => id))
}

test('what needs somebody comes first, also while it is tried again', () => {
  expect(idsOf(everything)).toEqual([['broken', 'again', 'linear'], ['idle', 'running'], ['off']])
})

test('words, states and namespaces narrow the list', () => {
  const narrow = (by: Partial<typeof everything> | object) => idsOf({ ...everything, ...by })
  expect(narrow({ text: 'POSTGRES npx' })).toEqual([[], ['idle'], []])
  expect(narrow({ text: 'linear.app' })).toEqual([[], [], []])
  expect(narrow({ state: 'needs-you' })).toEqual([['broken', 'again', 'linear'], [], []])
  expect(narrow({ state: 'off' })).toEqual([[], [], ['off']])
  expect(narrow({ members: new Set(['off', 'idle']) })).toEqual([[], ['idle'], ['off']])
})

test('a command is shown as it would be typed', () => {
  const launch = (args: string[]) => launchOf(server('x', { args }))
  expect(launch(['-y', '@a/b'])).toBe('npx -y @a/b')
  expect(launch(['{"a":1}', '', "it's"])).toBe(`npx '{"a":1}' '' "it's"`)
})

test('the selection goes down when a row goes, and up from the last one', () => {
  const { needy } = listServers(all, everything)
  expect(neighbourOf(needy, new Set(['again']))).toBe('linear')
  expect(neighbourOf(needy, new Set(['again', 'linear']))).toBe('broken')
  expect(neighbourOf(needy, new Set(needy.map((one) => one.server.id)))).toBeNull()
})
