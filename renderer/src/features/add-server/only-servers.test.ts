import { expect, test } from 'vitest'
import { onlyServers } from './only-servers.ts'

test('of a file with far more in it the servers are left, those of projects too', () => {
  const memo = { command: 'memo' }
  const file = {
    history: ['a', 'b'],
    mcpServers: { memo },
    projects: { '/one': { history: ['c'], mcpServers: { memo } }, '/two': { history: ['d'] } },
  }
  expect(JSON.parse(onlyServers(JSON.stringify(file)))).toEqual({
    mcpServers: { memo },
    projects: { '/one': { mcpServers: { memo } } },
  })
  for (const other of ['[mcp_servers.a]', '[1]', '{"open": '])
    expect(onlyServers(other)).toBe(other)
})
