import {
  serverState,
  type ServerStateKey,
  type ShownServerState,
} from '../../../../shared/server-state.ts'
import type { ServerView } from '../../../../shared/server.ts'

/** A server with its state, as the page shows both. */
export type ShownServer = { server: ServerView; state: ShownServerState }

export type Narrowed = {
  text: string
  /** A state, or `needs-you`. */
  state: string | undefined
  /** Ids of the servers of a namespace; `null` for no namespace in particular. */
  members: ReadonlySet<string> | null
}

export type ListedServers = { needy: ShownServer[]; on: ShownServer[]; off: ShownServer[] }

export const STATE_FILTERS: readonly (ServerStateKey | 'needs-you')[] = [
  'needs-you',
  'running',
  'starting',
  'idle',
  'off',
]

/** The servers that fit, in the order of their names, by what they need. */
export function listServers(servers: readonly ServerView[], narrowed: Narrowed): ListedServers {
  const shown = servers
    .map((server) => ({ server, state: serverState(server) }))
    .filter((one) => fits(one, narrowed))
  return {
    needy: shown.filter(({ state }) => state.needsYou),
    on: shown.filter(({ state }) => !state.needsYou && state.key !== 'off'),
    off: shown.filter(({ state }) => !state.needsYou && state.key === 'off'),
  }
}

function fits({ server, state }: ShownServer, { text, state: wanted, members }: Narrowed) {
  if (members && !members.has(server.id)) return false
  if (wanted === 'needs-you' && !state.needsYou) return false
  if (wanted !== undefined && wanted !== 'needs-you' && state.key !== wanted) return false
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  const known = [server.name, server.description, launchOf(server)].join(' ').toLowerCase()
  return words.every((word) => known.includes(word))
}

/** What is run or asked: the whole command line, or the address. */
export function launchOf({ command, args = [], url }: ServerView): string {
  if (command === undefined) return url ?? ''
  return [command, ...args].map(quoted).join(' ')
}

/** As it would be typed. */
function quoted(part: string): string {
  if (part !== '' && !/[\s"'\\$`]/.test(part)) return part
  return part.includes("'") ? JSON.stringify(part) : `'${part}'`
}

/** The one below in the list, or else the one above: where the selection goes when one goes. */
export function neighbourOf(
  list: readonly ShownServer[],
  gone: ReadonlySet<string>,
): string | null {
  const last = list.findLastIndex(({ server }) => gone.has(server.id))
  const stays = ({ server }: ShownServer) => !gone.has(server.id)
  const below = list.slice(last + 1).find(stays)
  return (below ?? list.slice(0, Math.max(0, last)).findLast(stays))?.server.id ?? null
}
