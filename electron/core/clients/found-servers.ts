import { createHash } from 'node:crypto'
import type { FoundServer, FoundServers } from '../../../shared/ai-client.ts'
import { serverDefinition, type Server, type ServerInput } from '../../../shared/server.ts'
import type { Access } from '../access.ts'
import { problemsOf, problemText } from '../problems.ts'
import type { Machine } from '../machine.ts'
import { readTarget, type Target } from './entry.ts'
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
export function identityOf(target: Pick<Target, 'command' | 'args' | 'url'>): string {
  const { command, args, url } = target
  const what = command === '' ? ['url', url.replace(/\/+$/, '')] : [command, ...args]
  return createHash('sha256').update(JSON.stringify(what)).digest('hex').slice(0, 16)
}

export function serverIdentity(server: Server): string {
  return server.type === 'STDIO'
    ? identityOf({ ...server, url: '' })
    : identityOf({ url: server.url, command: '', args: [] })
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
      const read = readEntry(entry, machine)
      const id = read.target ? identityOf(read.target) : identityOf(unreadable(client.id, entry))
      const source = { clientId: client.id, clientName: client.name, entry: entry.name }
      const same = all.get(id)
      if (same) {
        same.view.foundIn.push(source)
        continue
      }
      const newName = freeName(entry.name, taken)
      taken.add(newName.toLowerCase())
      all.set(
        id,
        foundServer({ ...read, id, newName, name: entry.name, here: here.get(id) ?? null }),
      )
      all.get(id)?.view.foundIn.push(source)
    }
  }
  return [...all.values()]
}

function unreadable(clientId: string, { name }: Entry) {
  return { command: 'unreadable', args: [clientId, name], url: '' }
}

function readEntry({ value }: Entry, machine: Machine) {
  const raw = typeof value === 'object' && value !== null ? readTarget(value) : null
  if (!raw) return { target: null, problem: 'It has neither a command nor a URL.' }
  return translated(raw, machine)
}

type FoundParts = {
  id: string
  name: string
  newName: string
  here: string | null
  target: Target | null
  problem: string | null
}

function foundServer({ target, problem, ...rest }: FoundParts): Found {
  const input = target && problem === null ? inputOf(rest.newName, target) : null
  const check = input && serverDefinition.safeParse(input)
  const mistake = check?.error ? problemsOf(check.error).map(problemText).join('; ') : null
  const view: FoundServer = {
    ...rest,
    type: target?.type ?? null,
    runs: target
      ? maskedLine(target.command ? [target.command, ...target.args] : [target.url])
      : '',
    envNames: Object.keys(target?.env ?? {}),
    headerNames: Object.keys(target?.headers ?? {}),
    enabled: target?.enabled ?? false,
    foundIn: [],
    problem: problem ?? mistake,
  }
  return { view, input: mistake === null ? input : null }
}

function inputOf(name: string, target: Target): ServerInput {
  const { type, command, args, env, cwd, url, headers, enabled } = target
  if (type === 'STDIO') return { name, type, command, args, env, cwd, enabled }
  return { name, type, url, headers, enabled }
}
