import { expect, test } from 'vitest'
import type { ServerView } from '../../shared/server.ts'
import { trayMenu, type TrayFacts, type TrayRow } from './tray-menu.ts'
import { speak } from './words.ts'

const english = speak('en-GB')

function server(name: string, fields: Partial<ServerView> = {}): ServerView {
  return {
    ...{ id: `id-${name}`, name, description: '', type: 'STDIO', enabled: true, start: 'lazy' },
    ...{ idleMs: 0, startTimeoutMs: 1, isolation: 'auto', idleConnections: 1, maxConnections: 1 },
    ...{ state: 'running', error: null, problem: null, signIn: null, toolCount: 4 },
    ...{ ownConnections: false, startedAt: null, startMs: null, retryAt: null, tokenCount: null },
    ...{ lastSeenAt: null, command: 'run-me', args: [], ...fields },
  } as ServerView
}

function facts(fields: Partial<TrayFacts> = {}): TrayFacts {
  return {
    paused: false,
    servers: [server('github'), server('files', { toolCount: 2 })],
    namespaces: [{ id: 'n1', name: 'default', enabled: true, servers: 2, tools: 6 }],
    approvals: [],
    doubted: [],
    endpoints: [{ name: 'default', url: 'http://127.0.0.1:12008/metamcp/default/mcp' }],
    clients: ['Cursor'],
    update: null,
    ...fields,
  }
}

const labels = (rows: TrayRow[]) => rows.map((row) => (row.kind === 'separator' ? '-' : row.label))
const find = (rows: TrayRow[], label: string) =>
  rows.find((row) => row.kind !== 'separator' && row.label === label)

test('when all is well it says so, and nothing else is above the namespaces', () => {
  const { rows, tone, title, details } = trayMenu(facts(), english)
  expect({ tone, title, details }).toEqual({
    tone: 'ok',
    title: 'MetaMCP is running',
    details: '2 of 2 servers · 6 tools · Cursor',
  })
  expect(labels(rows)).toEqual([
    ...['MetaMCP is running', '2 of 2 servers · 6 tools · Cursor', '-'],
    ...['default · 6 tools', '-', 'Copy URL', 'Open MetaMCP', 'Pause all', '-'],
    ...['Settings…', 'Quit MetaMCP'],
  ])
})

test('what needs a person has a row of its own, with the verb in it', () => {
  const broken = server('stripe', {
    state: 'failed',
    error: 'x',
    problem: { code: 'command-not-found', command: 'npx', folders: 14, tool: 'node' },
  })
  const closed = server('linear', { state: 'failed', signIn: 'needed', type: 'STREAMABLE_HTTP' })
  const servers = [server('github'), broken, closed, server('off', { enabled: false })]
  const { rows, tone, title, details } = trayMenu(facts({ servers, clients: [] }), english)
  expect({ tone, title, details }).toEqual({
    tone: 'bad',
    title: '2 need you',
    details: '1 of 3 servers · 12 tools',
  })
  expect(find(rows, 'stripe: npx was not found…')).toMatchObject({
    action: { kind: 'go', path: '/servers?selected=id-stripe' },
  })
  expect(find(rows, 'linear: Sign in…')).toMatchObject({
    action: { kind: 'sign-in', serverId: 'id-linear' },
  })
  expect(trayMenu(facts({ servers: [closed] }), english).tone).toBe('warn')
})

test('tools to look at lead to the page Trust, and count each', () => {
  const doubted = [{ serverId: 'g', server: 'github', tools: 2 }]
  const { rows, tone, title } = trayMenu(facts({ doubted }), english)
  expect({ tone, title }).toEqual({ tone: 'warn', title: '2 need you' })
  expect(rows[3]).toEqual({
    kind: 'action',
    label: 'github: 2 tools to review…',
    action: { kind: 'go', path: '/trust?server=g' },
  })
})

test('a server that waits for approval leads to its command', () => {
  const problem = { code: 'not-approved' as const }
  const waits = server('new', { state: 'failed', error: 'x', problem })
  const { rows, tone, title } = trayMenu(facts({ servers: [waits] }), english)
  expect({ tone, title }).toEqual({ tone: 'warn', title: '1 needs you' })
  expect(rows[3]).toMatchObject({
    label: 'new: Waiting for approval…',
    action: { kind: 'go', path: `/trust?selected=run%3A${waits.id}` },
  })
})

test('calls that wait for a person come first', () => {
  const broken = server('stripe', { state: 'failed', error: 'x' })
  const approvals = [
    { id: '1', client: 'Cursor', name: 'delete_repo' },
    { id: '2', client: null, name: 'drop' },
  ]
  const { rows, tone, title } = trayMenu(facts({ approvals, servers: [broken] }), english)
  expect({ tone, title }).toEqual({ tone: 'bad', title: '3 need you' })
  expect(labels(rows).slice(3, 5)).toEqual([
    'Cursor wants delete_repo: Review…',
    'A client wants drop: Review…',
  ])
  expect(rows[3]).toMatchObject({ action: { kind: 'go', path: '/trust' } })
  expect(trayMenu(facts({ approvals }), english).tone).toBe('warn')
})

test('a menu stays a menu, however much is broken', () => {
  const servers = Array.from({ length: 50 }, (_, index) =>
    server(`s${index}`, { state: 'failed', error: 'x' }),
  )
  const { rows, title } = trayMenu(facts({ servers }), english)
  expect(title).toBe('50 need you')
  expect(rows.length).toBeLessThan(20)
})

test('a namespace is switched by its row', () => {
  const namespaces = [
    { id: 'n1', name: 'default', enabled: true, servers: 2, tools: 1 },
    { id: 'n2', name: 'work', enabled: false, servers: 1, tools: 3 },
    { id: 'n3', name: 'research', enabled: true, servers: 0, tools: 0 },
  ]
  const { rows } = trayMenu(facts({ namespaces }), english)
  expect(find(rows, 'default · 1 tool')).toMatchObject({
    isOn: true,
    action: { kind: 'switch', namespaceId: 'n1', enabled: false },
  })
  expect(find(rows, 'work · off')).toMatchObject({
    isOn: false,
    action: { kind: 'switch', namespaceId: 'n2', enabled: true },
  })
  expect(find(rows, 'research · no servers in it')).toMatchObject({ isOn: true })
})

test('paused wins over everything, and can be resumed', () => {
  const broken = server('stripe', { state: 'failed', error: 'x' })
  const { rows, tone, title } = trayMenu(facts({ paused: true, servers: [broken] }), english)
  expect({ tone, title }).toEqual({ tone: 'paused', title: 'Paused' })
  expect(find(rows, 'Resume')).toMatchObject({ action: { kind: 'pause', paused: false } })
  expect(find(rows, 'Pause all')).toBeUndefined()
})

test.each([
  [{ kind: 'idle', checkedAt: null }, 'Check for updates…'],
  [{ kind: 'checking' }, 'Checking for updates…'],
  [{ kind: 'downloading', version: '1.4.0', percent: 7 }, 'Downloading 1.4.0 · 7 %'],
  [{ kind: 'ready', version: '1.4.0' }, 'Restart to update to 1.4.0'],
  [{ kind: 'failed', reason: 'No.', checkedAt: null }, 'Check for updates…'],
] as const)('an update that is %o is offered as it stands', (update, label) => {
  expect(labels(trayMenu(facts({ update }), english).rows)).toContain(label)
})

test('addresses are copied whole, and clients beyond the first are counted', () => {
  const endpoints = [
    { name: 'default', url: 'http://a/1' },
    { name: 'work', url: 'http://a/2' },
  ]
  const clients = ['Cursor', 'Claude', 'VS Code']
  const { rows, details } = trayMenu(facts({ endpoints, clients }), english)
  expect(details).toBe('2 of 2 servers · 6 tools · Cursor and 2 more')
  expect(find(rows, 'Copy URL')).toMatchObject({
    rows: [
      { label: 'default', action: { kind: 'copy', text: 'http://a/1' } },
      { label: 'work', action: { kind: 'copy', text: 'http://a/2' } },
    ],
  })
  expect(labels(trayMenu(facts({ endpoints: [] }), english).rows)).not.toContain('Copy URL')
  expect(trayMenu(facts({ servers: [] }), english).details).toBe('No servers yet')
})

test('it speaks Chinese', () => {
  const { rows, title } = trayMenu(facts(), speak('zh-Hans-CN'))
  expect(title).toBe('MetaMCP 正在运行')
  expect(labels(rows).join()).not.toMatch(/[a-z]+\.[a-z]+|\{\{/)
})
