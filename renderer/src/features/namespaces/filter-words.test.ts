import { expect, test } from 'vitest'
import type { OfferedServer, OfferedTool } from '../../../../shared/offer.ts'
import { isEmpty, matches, parseFilter, withoutWord } from './filter-words.ts'
import { moved, withServers, withTools } from './offer-changes.ts'

function tool(name: string, fields: Partial<OfferedTool> = {}): OfferedTool {
  const own = { tool: name, title: null, description: null, annotations: null }
  const shown = { exposed: `github__${name}`, name: `github__${name}`, changed: {}, renamed: null }
  return { ...own, ...shown, on: true, hiddenBy: null, isChanged: false, tokens: 100, ...fields }
}

const TOOLS = [
  tool('search', { description: 'Finds Issues', annotations: { readOnlyHint: true } }),
  tool('create', { changed: { name: 'new_issue' }, name: 'new_issue', tokens: 400 }),
  tool('drop', { on: false, hiddenBy: 'tool-off', annotations: { destructiveHint: true } }),
  tool('merge', { on: false, hiddenBy: 'tool-changed', isChanged: true }),
]
const server = (id: string, tools: OfferedTool[] = []): OfferedServer => ({
  ...{ id, name: id, on: true, enabled: true, newTools: null, seen: true },
  ...{ tools, prompts: [], resources: [] },
})
const GITHUB = server('github', TOOLS)

const found = (text: string) =>
  TOOLS.filter((one) => matches(parseFilter(text), GITHUB, one)).map((one) => one.tool)

test('words narrow by what a tool is, the rest is sought in its names and texts', () => {
  expect(found('off')).toEqual(['drop', 'merge'])
  expect(found('held')).toEqual(['merge'])
  expect(found('ON')).toEqual(['search', 'create'])
  expect(found('changed')).toEqual(['create', 'merge'])
  expect(found('read-only')).toEqual(['search'])
  expect(found('destructive')).toEqual(['drop'])
  expect(found('>300')).toEqual(['create'])
  expect(found('<300 on')).toEqual(['search'])
  expect(found('server:git issue')).toEqual(['search', 'create'])
  expect(found('server:linear')).toEqual([])
  expect(found('finds ISSUES')).toEqual(['search'])
  expect(found('github__drop')).toEqual(['drop'])
  expect(isEmpty(parseFilter('  '))).toBe(true)
})

test('a word is taken out and the others stay', () => {
  expect(withoutWord('off search >300', 'off')).toBe('search >300')
  expect(withoutWord('OFF', 'off')).toBe('')
})

test('switches are shown before the core has answered, and only where they change something', () => {
  const offer = {
    ...{ id: 'n', name: 'n', enabled: true, prefix: true, seenBy: [] },
    ...{ newTools: 'on' as const, changedTools: 'warn' as const },
    servers: [GITHUB, server('linear')],
  }
  const off = withTools(offer, [{ serverId: 'github', tool: 'search', enabled: false }])
  expect(off.servers[0]?.tools[0]).toMatchObject({ on: false, hiddenBy: 'tool-off' })
  expect(off.servers[0]?.tools[1]).toBe(TOOLS[1])
  expect(off.servers[1]).toBe(offer.servers[1])
  const none = withServers(offer, [{ serverId: 'github', enabled: false }])
  expect(none.servers.map((one) => one.id)).toEqual(['github'])
  expect(none.servers[0]?.tools.map((one) => one.hiddenBy)).toEqual(TOOLS.map(() => 'server-off'))
  expect(moved(offer, 'linear', 0)?.map((one) => one.serverId)).toEqual(['linear', 'github'])
  expect([moved(offer, 'linear', 1), moved(offer, 'linear', 2), moved(offer, 'x', 0)]).toEqual([
    ...[null, null, null],
  ])
})
