import { basename } from 'node:path'
import type { AiClientState, AiClientView, AiConnection } from '../../../shared/ai-client.ts'
import type { Access } from '../access.ts'
import type { KnownClient } from './catalogue/kinds.ts'
import { NO_FILE } from './disk.ts'
import { transportOf } from './entry.ts'
import { readFound, serverIdentity } from './found-servers.ts'
import type { Glance } from './look.ts'
import { ownTarget, type OwnTarget } from './ours.ts'
import type { AiClientsParts } from './parts.ts'
import type { Work, WrittenLog } from './written.ts'

/** A client of this machine, for people. */
export function viewOf({ parts, log }: Work, look: Glance, access: Access): AiClientView {
  const { client, path, shown, file, problem } = look
  const targets = look.entries.flatMap(({ name, value }) => ownTarget(name, value, parts.url) ?? [])
  const own = targets.find(({ kind }) => kind === 'here') ?? targets[0]
  const connection = connectionOf(parts, log, look)
  const keyIds = log.of(client.id).flatMap((one) => one.keyIds)
  const seen = parts.seen({ names: client.clientNames, keyIds }, access)
  const isSeen = seen !== null && (!connection || seen.at >= connection.at)
  return {
    ...factsOf(client),
    state: stateOf(look, own, isSeen),
    file: { path, shown, exists: file !== null || problem !== null },
    problem: problem && { line: problem.line, reason: problem.reason },
    address: own?.kind === 'elsewhere' ? own.address : null,
    endpoint: own?.kind === 'here' ? own.endpoint : null,
    seen: isSeen ? seen : null,
    connection,
    imported: importedIn(parts, look, access),
  }
}

/** A client somewhere else, of which only its visits are known. */
export function viewWithoutFile(
  parts: AiClientsParts,
  client: KnownClient,
  access: Access,
): AiClientView {
  const seen = parts.seen({ names: client.clientNames, keyIds: [] }, access)
  return {
    ...factsOf(client),
    state: seen ? 'connected' : 'not-connected',
    ...{ file: null, problem: null, address: null, endpoint: null, connection: null },
    seen,
    imported: [],
  }
}

function factsOf(client: KnownClient) {
  const { id, name, takesUp, toolLimit = null, ignoresChanges = false, link } = client
  const transport = transportOf(client.entry)
  return { id, name, takesUp, toolLimit, ignoresChanges, transport, hasLink: link !== undefined }
}

function stateOf(look: Glance, own: OwnTarget | undefined, isSeen: boolean): AiClientState {
  if (look.problem) return look.problem.kind
  if (own?.kind === 'elsewhere') return 'elsewhere'
  if (own) return isSeen ? 'connected' : 'configured'
  return look.isInstalled ? 'not-connected' : 'not-found'
}

function connectionOf(
  { keys }: AiClientsParts,
  log: WrittenLog,
  { client, file }: Glance,
): AiConnection | null {
  const last = log.last(client.id)
  if (last?.kind !== 'connect') return null
  const { id, at, backup, endpointId, removed, callsBefore } = last
  const isAsWritten = (file?.fingerprint ?? NO_FILE) === last.after
  return {
    ...{ id, at, endpointId, removed, callsBefore },
    backup: backup && basename(backup),
    isKeyOn: last.keyIds.every((keyId) => keys.isOn(keyId)),
    changedAt: isAsWritten ? null : (file?.changedAt ?? at),
  }
}

/** Its own entries of servers that are here as well: their tools are there twice. */
function importedIn(
  parts: AiClientsParts,
  { entries }: Glance,
  access: Access,
): AiClientView['imported'] {
  const { machine } = parts
  if (!machine) return []
  const here = new Map(parts.servers(access).map((server) => [serverIdentity(server), server.name]))
  return entries.flatMap((entry) => {
    const { name, value } = entry
    if (ownTarget(name, value, parts.url)) return []
    const { server } = readFound(parts, entry, machine)
    const same = server && here.get(serverIdentity(server))
    return same ? [{ entry: name, server: same }] : []
  })
}
