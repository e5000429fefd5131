import { expect, test } from 'vitest'
import { openTrustNotices } from './trust-notices.ts'

const tools = (count: number, serverId = 'a') => ({
  serverId,
  server: `server-${serverId}`,
  tools: count,
})

test('what waits at the start is not told, and more than before is, once', () => {
  const { look } = openTrustNotices()
  expect(look({ servers: [tools(2)], commands: [{ id: 'x', name: 'x' }] })).toEqual([])
  expect(look({ servers: [tools(2)], commands: [{ id: 'x', name: 'x' }] })).toEqual([])
  expect(look({ servers: [tools(3), tools(1, 'b')], commands: [] })).toEqual([
    { kind: 'tools', serverId: 'a', name: 'server-a', count: 3 },
    { kind: 'tools', serverId: 'b', name: 'server-b', count: 1 },
  ])
  expect(look({ servers: [tools(1)], commands: [] })).toEqual([])
  expect(look({ servers: [tools(2)], commands: [] })).toMatchObject([{ serverId: 'a', count: 2 }])
  expect(look({ servers: [tools(2)], commands: [{ id: 'x', name: 'x' }] })).toEqual([
    { kind: 'command', serverId: 'x', name: 'x' },
  ])
})
