import type {
  AiChange,
  AiClientPreview,
  AiClients,
  AiLink,
  AiSnippet,
  FoundServers,
  ImportedServer,
} from '../../../shared/ai-client.ts'
import type { Access } from '../access.ts'
import { AppError } from '../errors.ts'
import { KNOWN_CLIENTS } from './catalogue/index.ts'
import { forgetDisconnected, openConnecting, type ConnectInput } from './connecting.ts'
import { findInputs, findServers } from './found-servers.ts'
import { lookAtAll, lookAtClient, type Glances } from './look.ts'
import type { Followed } from './moving.ts'
import { outline } from './outline.ts'
import { endpointOf, machineOf, type AiClientsParts, knownClient } from './parts.ts'
import { planFor, previewOf } from './plan.ts'
import { makeLink, makeSnippet, type SnippetOf } from './snippets.ts'
import { viewOf, viewWithoutFile } from './view.ts'
import { openWritten, type WrittenLog } from './written.ts'
import { readClientFile } from './disk.ts'
import { entriesOf } from './files/edit.ts'

/** AI clients on the user's computer: what they have, and how they are with us. */
export interface AiClientsService {
  list(access: Access): Promise<AiClients>
  preview(input: Omit<ConnectInput, 'fingerprint'>): Promise<AiClientPreview>
  /** Makes a key and writes our entry into the client's file; refused if that is not as previewed. */
  connect(input: ConnectInput, access: Access): Promise<AiChange>
  disconnect(clientId: string): Promise<AiChange>
  /** Resolves with the client's id. */
  undo(connectionId: string): Promise<string>
  /** What an undo would change, for a file that was changed since. */
  difference(connectionId: string): Promise<{ before: string; after: string }>
  /** Corrects the entries we wrote after our address changed; resolves with the clients' ids. */
  rewriteAddresses(): Promise<string[]>
  /** The same after a start, for those that lead where we wrote that they do. */
  followAddress(): Promise<Followed>
  snippet(input: SnippetOf): Promise<AiSnippet>
  link(input: { clientId: string; endpointId: string }): Promise<AiLink>
  findServers(access: Access): Promise<FoundServers>
  /** All or none; what it makes is the instance's, as the files are. */
  importServers(input: ImportInput, access: Access): Promise<ImportedServer[]>
}

type ImportInput = { ids: string[]; namespaceId: string | null; approve?: boolean | undefined }

export async function openAiClients(parts: AiClientsParts): Promise<AiClientsService> {
  const log = await openWritten(parts.written)
  for (const { id } of KNOWN_CLIENTS) await forgetDisconnected({ parts, log }, id)
  const connecting = openConnecting(parts, log)
  const known: Glances = new Map()
  const today = () => (parts.now?.() ?? new Date()).toISOString().slice(0, 10)

  return {
    ...connecting,
    async list(access) {
      const { machine } = parts
      if (!machine) {
        const views = KNOWN_CLIENTS.map((one) => viewWithoutFile(parts, one, access))
        return { platform: null, clients: views }
      }
      const looks = await lookAtAll(machine, known)
      const views = looks.map((look) => viewOf({ parts, log }, look, access))
      return { platform: machine.platform, clients: views }
    },
    async preview({ clientId, endpointId, removeServers }) {
      const look = await lookAtClient(parts, clientId)
      const endpoint = endpointOf(parts, endpointId)
      return previewOf(planFor(parts, { look, endpoint, removeServers }), today())
    },
    difference: (id) => difference(log, id),
    snippet: (input) => makeSnippet(parts, input),
    link: (input) => makeLink(parts, input),
    findServers: (access) => findServers(parts, known, access),
    importServers: (input, access) => importServers(parts, input, access),
  }
}

async function difference(log: WrittenLog, id: string) {
  const written = log.get(id)
  if (!written) throw new AppError('not-found', 'That was undone already.')
  const client = knownClient(written.clientId)
  const shown = async (path: string | null) => {
    const file = path === null ? null : await readClientFile(path)
    return file ? outline(client, entriesOf(file.text, client), [written.entry]) : ''
  }
  return { before: await shown(written.path), after: await shown(written.backup) }
}

async function importServers(
  parts: AiClientsParts,
  { ids, namespaceId, approve }: ImportInput,
  access: Access,
): Promise<ImportedServer[]> {
  const found = await findInputs(parts, machineOf(parts), access)
  const chosen = [...new Set(ids)].map((id) => {
    const one = found.get(id)
    if (!one) throw new AppError('not-found', 'A server is no longer in the files. Look again.')
    const { view, input } = one
    if (view.here !== null) throw new AppError('conflict', `"${view.here}" is here already.`)
    if (!input) throw new AppError('invalid', `${view.name}: ${view.problem}`)
    return { view, input }
  })
  const made = await parts.addServers(
    chosen.map(({ input }) => ({ ...input, approve })),
    namespaceId,
  )
  parts.changed()
  return chosen.flatMap(({ view }, index) => {
    const server = made[index]
    if (!server) return []
    const renamedFrom = server.name === view.name ? null : view.name
    const { id, foundIn } = view
    return [{ id, serverId: server.id, name: server.name, renamedFrom, foundIn }]
  })
}
