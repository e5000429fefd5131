import type { UpdateState } from '../../shared/host.ts'
import type { TrustCount } from '../../shared/trust.ts'
import { serverState, type ShownServerState } from '../../shared/server-state.ts'
import type { ServerView } from '../../shared/server.ts'
import { TRUST_PATH, type WaitingCall } from './approval-notices.ts'
import { pathOfCommand, pathOfTools } from './trust-notices.ts'
import type { Speech } from './words.ts'

/** What the tray shows, as the management API tells it. */
export type TrayFacts = {
  paused: boolean
  servers: readonly ServerView[]
  /** Servers with tools to look at. */
  doubted: TrustCount['servers']
  /** Calls that wait for a person, the oldest first. */
  approvals: readonly WaitingCall[]
  namespaces: readonly TrayNamespace[]
  /** Endpoints that are on. */
  endpoints: readonly { name: string; url: string }[]
  /** Names of clients that were there within a day, the latest first. */
  clients: readonly string[]
  /** `null` where there are no updates to be had. */
  update: UpdateState | null
}

type TrayNamespace = {
  id: string
  name: string
  enabled: boolean
  /** How many servers are in it, on or off. */
  servers: number
  tools: number
}

/** What a click asks for. */
export type TrayAction =
  | { kind: 'open' }
  | { kind: 'go'; path: string }
  | { kind: 'sign-in'; serverId: string; name: string }
  | { kind: 'switch'; namespaceId: string; enabled: boolean }
  | { kind: 'copy'; text: string }
  | { kind: 'pause'; paused: boolean }
  | { kind: 'check-updates' }
  | { kind: 'install-update' }
  | { kind: 'quit' }

export type TrayRow =
  | { kind: 'separator' }
  | { kind: 'text'; label: string }
  | { kind: 'action'; label: string; action: TrayAction }
  | { kind: 'check'; label: string; isOn: boolean; action: TrayAction }
  | { kind: 'menu'; label: string; rows: TrayRow[] }

export type TrayTone = 'ok' | 'warn' | 'bad' | 'paused'

export type Tray = { tone: TrayTone; title: string; details: string; rows: TrayRow[] }

/** At most so many rows of what needs a person: a menu is no list. */
const NEEDY_ROWS = 5
const SEPARATOR: TrayRow = { kind: 'separator' }

/** The whole tray as a value: what it says, and what each row does. */
export function trayMenu(facts: TrayFacts, speech: Speech): Tray {
  const states = facts.servers.map((server) => ({ server, state: serverState(server) }))
  const needy = states.filter(({ state }) => state.needsYou)
  const tools = facts.doubted.reduce((sum, one) => sum + one.tools, 0)
  const count = needy.length + facts.approvals.length + tools
  const title = titleOf(facts, count, speech)
  const details = detailsOf(facts, states, speech)
  const groups = [
    [
      { kind: 'text' as const, label: title },
      { kind: 'text' as const, label: details },
    ],
    [
      // They wait for a short time alone.
      ...facts.approvals.map((call) => approvalRow(call, speech)),
      ...needy.map((one) => needyRow(one, speech)),
      ...facts.doubted.map((one) => doubtedRow(one, speech)),
    ].slice(0, NEEDY_ROWS),
    facts.namespaces.map((namespace) => namespaceRow(namespace, speech)),
    mainRows(facts, speech),
    lastRows(facts, speech),
  ]
  const rows = groups.flatMap((group) => (group.length > 0 ? [SEPARATOR, ...group] : [])).slice(1)
  return { tone: toneOf(facts, needy), title, details, rows }
}

type Shown = { server: ServerView; state: ShownServerState }

function toneOf({ paused, approvals, doubted }: TrayFacts, needy: Shown[]): TrayTone {
  if (paused) return 'paused'
  if (needy.length + approvals.length + doubted.length === 0) return 'ok'
  return needy.some(({ state }) => state.tone === 'bad') ? 'bad' : 'warn'
}

function titleOf({ paused }: TrayFacts, needy: number, { say }: Speech): string {
  if (paused) return say('tray.paused')
  return needy > 0 ? say('tray.needYou', { count: needy }) : say('tray.running')
}

function detailsOf(facts: TrayFacts, states: Shown[], { say }: Speech): string {
  const on = states.filter(({ state }) => state.key !== 'off')
  if (states.length === 0) return say('tray.noServers')
  const [client, ...others] = facts.clients
  const values = {
    working: on.filter(({ state }) => !state.needsYou).length,
    on: on.length,
    tools: say('tray.tools', { count: toolsOf(on) }),
  }
  if (client === undefined) return say('tray.counts', values)
  if (others.length === 0) return say('tray.countsClient', { ...values, client })
  return say('tray.countsClients', { ...values, client, count: others.length })
}

function toolsOf(on: Shown[]): number {
  return on.reduce((sum, { server }) => sum + (server.toolCount ?? 0), 0)
}

function needyRow({ server, state }: Shown, speech: Speech): TrayRow {
  const { id, name } = server
  if (state.key === 'sign-in-needed') {
    const action = { kind: 'sign-in' as const, serverId: id, name }
    return { kind: 'action', label: speech.say('tray.signIn', { name }), action }
  }
  const headline = speech.sayShared(state.words)
  const path = state.key === 'waiting' ? pathOfCommand(id) : pathOfServer(id)
  const action = { kind: 'go' as const, path }
  return { kind: 'action', label: speech.say('tray.problem', { name, headline }), action }
}

function approvalRow({ client, name }: WaitingCall, { say }: Speech): TrayRow {
  const label = say(client === null ? 'tray.approvalUnnamed' : 'tray.approval', {
    client: client ?? '',
    name,
  })
  return { kind: 'action', label, action: { kind: 'go', path: TRUST_PATH } }
}

function doubtedRow(one: TrayFacts['doubted'][number], { say }: Speech): TrayRow {
  const label = say('tray.doubted', { name: one.server, count: one.tools })
  return { kind: 'action', label, action: { kind: 'go', path: pathOfTools(one.serverId) } }
}

/** Where the window shows a server. */
export function pathOfServer(id: string): string {
  return `/servers?${new URLSearchParams({ selected: id }).toString()}`
}

function namespaceRow(namespace: TrayNamespace, { say }: Speech): TrayRow {
  const { id, name, enabled, servers, tools } = namespace
  const label =
    servers === 0
      ? say('tray.namespaceEmpty', { name })
      : enabled
        ? say('tray.namespace', { name, tools: say('tray.tools', { count: tools }) })
        : say('tray.namespaceOff', { name })
  const action = { kind: 'switch' as const, namespaceId: id, enabled: !enabled }
  return { kind: 'check', label, isOn: enabled, action }
}

function mainRows({ endpoints, paused }: TrayFacts, { say }: Speech): TrayRow[] {
  const urls = endpoints.map(({ name, url }): TrayRow => ({
    kind: 'action',
    label: name,
    action: { kind: 'copy', text: url },
  }))
  return [
    ...(urls.length > 0 ? [{ kind: 'menu' as const, label: say('tray.copyUrl'), rows: urls }] : []),
    { kind: 'action', label: say('tray.open'), action: { kind: 'open' } },
    {
      kind: 'action',
      label: say(paused ? 'tray.resume' : 'tray.pause'),
      action: { kind: 'pause', paused: !paused },
    },
  ]
}

function lastRows({ update }: TrayFacts, speech: Speech): TrayRow[] {
  const { say } = speech
  return [
    ...(update ? [updateRow(update, speech)] : []),
    { kind: 'action', label: say('tray.settings'), action: { kind: 'go', path: '/settings' } },
    { kind: 'action', label: say('tray.quit'), action: { kind: 'quit' } },
  ]
}

function updateRow(update: UpdateState, { say }: Speech): TrayRow {
  switch (update.kind) {
    case 'checking':
      return { kind: 'text', label: say('tray.checking') }
    case 'downloading': {
      const { version, percent } = update
      return { kind: 'text', label: say('tray.downloading', { version, percent }) }
    }
    case 'ready': {
      const label = say('tray.restartToUpdate', { version: update.version })
      return { kind: 'action', label, action: { kind: 'install-update' } }
    }
    case 'idle':
    case 'failed':
      return {
        kind: 'action',
        label: say('tray.checkUpdates'),
        action: { kind: 'check-updates' },
      }
  }
}
