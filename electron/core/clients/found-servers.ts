import { createHash } from 'node:crypto'
import type { FoundServer, FoundServers } from '../../../shared/ai-client.ts'
import { serverDefinition, type Server, type ServerInput } from '../../../shared/server.ts'
import type { Access } from '../access.ts'
import { problemsOf, problemText } from '../problems.ts'
import type { Machine } from '../machine.ts'
import { readTarget } from './entry.ts'
import type { Entry } from './files/format.ts'
import { lookAtAll, type Glance, type Glances } from './look.ts'
import { maskedLine } from './outline.ts'
import { ownTarget } from './ours.ts'
import type { AiClientsParts } from './parts.ts'
import { freeName } from './server-names.ts'
import { translated } from './translate.ts'

/** A server of clients on this machine, with its secrets. */
type Found = { view: FoundServer; input: ServerInput | null }

/** Every server that a client on this machine has, without its secrets. */
export async function findServers(
  parts: AiClientsParts,
  known: Glances,
  access: Access,
): Promise<FoundServers> {
  const { machine } = parts
  if (!machine) return { platform: null, servers: [], clients: [] }
  const looks = (await lookAtAll(machine, known)).filter(({ file, problem }) => file ?? problem)
  const servers = found({ parts, machine, access }, looks).map(({ view }) => view)
  const clients = looks.map(({ client: { id, name }, problem, shown }) => {
    const count = servers.filter(({ foundIn }) => foundIn.some((one) => one.clientId === id)).length
    const place = problem?.line ? ` (line ${problem.line})` : ''
    const reason = problem ? `${shown}${place}: ${problem.reason}` : null
    return { id, name, servers: count, problem: reason }
  })
  return { platform: machine.platform, servers, clients }
}

/** The same, read anew, with what it takes to make them. */
export async function findInputs(
  parts: AiClientsParts,
  machine: Machine,
  access: Access,
): Promise<Map<string, Found>> {
  const all = found({ parts, machine, access }, await lookAtAll(machine))
  return new Map(all.map((one) => [one.view.id, one]))
}

/** What makes two servers one: the same command, or the same address. */
export function serverIdentity(server: Server | ServerInput): string {
  return server.type === 'STDIO'
    ? identityOf([server.command, ...(server.args ?? [])])
    : identityOf(['url', server.url.replace(/\/+$/, '')])
}

function identityOf(what: string[]): string {
  return createHash('sha256').update(JSON.stringify(what)).digest('hex').slice(0, 16)
}

/** A client's entry as a server, or why it is none; `problem` also where it cannot mean the same. */
export function readFound(
  { readServer }: Pick<AiClientsParts, 'readServer'>,
  { name, value }: Entry,
  machine: Machine,
): { server: ServerInput | null; leftOut: string[]; problem: string | null } {
  const raw = typeof value === 'object' && value !== null ? readTarget(value) : null
  const nothing = { server: null, leftOut: [] }
  if (!raw) return { ...nothing, problem: 'It has neither a command nor a URL.' }
  const read = readServer(name, value)
  if ('problem' in read) return { ...nothing, problem: read.problem }
  const { server, problem } = translated(read.server, machine)
  return { server: withoutUnset(server, raw.env, machine), leftOut: read.leftOut, problem }
}

/** A variable that is only handed on, as to `docker run -e NAME`, may be missing. */
function withoutUnset(
  server: ServerInput,
  own: Record<string, string>,
  { env }: Machine,
): ServerInput {
  if (server.type !== 'STDIO') return server
  const isMeant = ([name, value]: [string, string]) =>
    Object.hasOwn(own, name) || value !== `\${${name}}` || env[name] !== undefined
  return { ...server, env: Object.fromEntries(Object.entries(server.env ?? {}).filter(isMeant)) }
}

type Looking = { parts: AiClientsParts; machine: Machine; access: Access }

function found({ parts, machine, access }: Looking, looks: Glance[]): Found[] {
  const here = new Map(parts.servers(access).map((server) => [serverIdentity(server), server.name]))
  // What is imported is the instance's, and names are unique per owner.
  const taken = new Set(parts.servers(null).map(({ name }) => name.toLowerCase()))
  const all = new Map<string, Found>()
  for (const { client, entries } of looks) {
    for (const entry of entries) {
      if (ownTarget(entry.name, entry.value, parts.url)) continue
      const read = readFound(parts, entry, machine)
      const id = read.server
        ? serverIdentity(read.server)
        : identityOf(['unreadable', client.id, entry.name])
      const source = { clientId: client.id, clientName: client.name, entry: entry.name }
      const same = all.get(id)
      const newName = same?.view.newName ?? freeName(entry.name, taken)
      taken.add(newName.toLowerCase())
      const name = same?.view.name ?? entry.name
      const made = foundServer({ ...read, id, newName, name, here: here.get(id) ?? null })
      // Of two that are one, the one that can be imported.
      const best = !same || (same.input === null && made.input !== null) ? made : same
      best.view.foundIn = [...(same?.view.foundIn ?? []), source]
      all.set(id, best)
    }
  }
  return [...all.values()]
}

type FoundParts = Pick<FoundServer, 'id' | 'name' | 'newName' | 'here'> &
  ReturnType<typeof readFound>

function foundServer({ server, leftOut, problem, ...rest }: FoundParts): Found {
  const input = server && { ...server, name: rest.newName }
  const check = input && serverDefinition.safeParse(input)
  const mistake = check?.error ? problemsOf(check.error).map(problemText).join('; ') : null
  const view: FoundServer = {
    ...rest,
    type: server?.type ?? null,
    runs: server ? maskedLine(wordsOf(server)) : '',
    envNames: server?.type === 'STDIO' ? Object.keys(server.env ?? {}) : [],
    headerNames: server && server.type !== 'STDIO' ? Object.keys(server.headers ?? {}) : [],
    enabled: server?.enabled !== false && server !== null,
    leftOut,
    foundIn: [],
    problem: problem ?? mistake,
  }
  return { view, input: view.problem === null ? input : null }
}

function wordsOf(server: ServerInput): string[] {
  return server.type === 'STDIO' ? [server.command, ...(server.args ?? [])] : [server.url]
}
