import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { AiChange } from '../../../shared/ai-client.ts'
import type { Access } from '../access.ts'
import { AppError } from '../errors.ts'
import {
  backupPath,
  changedSince,
  fingerprintOf,
  NO_FILE,
  readClientFile,
  removeFile,
  replaceFile,
  writeBackup,
} from './disk.ts'
import { edited } from './files/edit.ts'
import { lookAtClient, type Look } from './look.ts'
import { followAddress, rewriteAddresses, type Followed } from './moving.ts'
import { ownTarget } from './ours.ts'
import { endpointOf, knownClient, type AiClientsParts, type Written } from './parts.ts'
import { planFor, refuseProblem, type Plan } from './plan.ts'
import type { Work, WrittenLog } from './written.ts'

export type ConnectInput = {
  clientId: string
  endpointId: string
  removeServers: string[]
  /** Of the file that the person saw. */
  fingerprint: string
}

/** Writing into clients' files, and taking it back; one at a time. */
export interface Connecting {
  connect(input: ConnectInput, access: Access): Promise<AiChange>
  /** Takes our entry out of a client's file and switches its keys off. */
  disconnect(clientId: string): Promise<AiChange>
  /**
   * Makes a file what it was before, byte by byte; refused when it was changed since. Resolves with
   * the client's id.
   */
  undo(connectionId: string): Promise<string>
  /** Corrects entries that we wrote and that lead to an address we have left; the clients' ids. */
  rewriteAddresses(): Promise<string[]>
  /** The same after a start, for those that lead where we wrote that they do. */
  followAddress(): Promise<Followed>
}

export function openConnecting(parts: AiClientsParts, log: WrittenLog): Connecting {
  const inTurn = openTurns()
  const work = { parts, log }
  return {
    connect: (input, access) => inTurn(() => connect(work, input, access)),
    disconnect: (clientId) => inTurn(() => disconnect(work, clientId)),
    undo: (connectionId) => inTurn(() => undo(work, connectionId)),
    rewriteAddresses: () => inTurn(() => rewriteAddresses(work)),
    followAddress: () => inTurn(() => followAddress(work)),
  }
}

async function connect(work: Work, input: ConnectInput, access: Access): Promise<AiChange> {
  const { parts, log } = work
  const look = await lookAtClient(parts, input.clientId)
  if ((look.file?.fingerprint ?? NO_FILE) !== input.fingerprint) throw changedSince()
  const endpoint = endpointOf(parts, input.endpointId)
  const plan = planFor(parts, { look, endpoint, removeServers: input.removeServers })
  // Before a key is made: whether it can be written at all.
  plan.text('')
  await forgetDisconnected(work, input.clientId)
  const key = plan.needsKey ? await parts.keys.create(look.client.name, endpoint.id) : null
  try {
    const names = look.client.clientNames
    const seen = parts.seen({ names, keyIds: keyIdsOf(log, input.clientId) }, access)
    const written = await write(parts, { look, text: plan.text(key?.key ?? '') })
    const { id, at } = await remember(log, {
      ...written,
      kind: 'connect',
      ...of(plan),
      address: parts.url,
      keyIds: key ? [key.id] : [],
      callsBefore: seen?.calls ?? 0,
    })
    return { connectionId: id, at, keyName: key?.name ?? null }
  } catch (error) {
    if (key) await parts.keys.delete(key.id)
    throw error
  } finally {
    parts.changed()
  }
}

async function disconnect(work: Work, clientId: string): Promise<AiChange> {
  const { parts, log } = work
  const look = await lookAtClient(parts, clientId)
  refuseProblem(look)
  const own = look.entries.filter(({ name, value }) => ownTarget(name, value, parts.url))
  if (!look.file || own.length === 0) {
    throw new AppError('not-found', `${look.shown} has no entry of MetaMCP.`)
  }
  const names = own.map(({ name }) => name)
  const text = edited(look.file.text, look.client, { remove: names })
  const keyIds = keyIdsOf(log, clientId)
  const endpointId = log.last(clientId)?.endpointId ?? ''
  const written = await write(parts, { look, text })
  const entry = names[0] ?? ''
  const rest = { clientId, endpointId, entry, keyIds, removed: [], callsBefore: 0 }
  const { id, at } = await remember(log, { ...written, kind: 'disconnect', ...rest })
  for (const keyId of keyIds) await parts.keys.setEnabled(keyId, false)
  parts.changed()
  return { connectionId: id, at, keyName: null }
}

async function undo({ parts, log }: Work, id: string): Promise<string> {
  const written = log.get(id)
  if (!written) throw new AppError('not-found', 'That was undone already.')
  const { name } = knownClient(written.clientId)
  if (log.last(written.clientId)?.id !== id) {
    throw new AppError('conflict', `${name} was written to again since. Undo that first.`)
  }
  const now = await readClientFile(written.path)
  if ((now?.fingerprint ?? NO_FILE) !== written.after) {
    throw new AppError('conflict', `Undo is not possible: ${name} changed the file since.`)
  }
  if (written.backup === null) await removeFile(written.path, written.madeFolder)
  else await replaceFile(written.path, await savedBytes(written), written.after)
  await log.drop([id])
  for (const keyId of written.keyIds) {
    if (written.kind === 'connect') await parts.keys.delete(keyId)
    else await parts.keys.setEnabled(keyId, true)
  }
  parts.changed()
  return written.clientId
}

async function savedBytes({ backup, before }: Written): Promise<Buffer> {
  const bytes = await readFile(backup ?? '').catch(() => null)
  if (bytes && fingerprintOf(bytes) === before) return bytes
  throw new AppError('conflict', `Undo is not possible: the backup ${backup} is gone or changed.`)
}

/** Writes a client's file, after a copy of what was there. */
async function write(parts: AiClientsParts, { look, text }: { look: Look; text: string }) {
  const at = (parts.now?.() ?? new Date()).toISOString()
  const bytes = Buffer.from(text)
  const backup = look.file ? await backupPath(look.path, at.slice(0, 10)) : null
  if (look.file && backup) await writeBackup(backup, look.file, look.path)
  const before = look.file?.fingerprint ?? NO_FILE
  try {
    const madeFolder = await replaceFile(look.path, bytes, before)
    return { at, path: look.path, madeFolder, before, after: fingerprintOf(bytes), backup }
  } catch (error) {
    if (backup) await removeFile(backup, null)
    throw error
  }
}

async function remember(log: WrittenLog, written: Omit<Written, 'id'>): Promise<Written> {
  const whole = { ...written, id: randomUUID() }
  await log.add(whole)
  return whole
}

function of({ look, endpoint, entry, remove }: Plan) {
  return { clientId: look.client.id, endpointId: endpoint.id, entry, removed: remove }
}

function keyIdsOf(log: WrittenLog, clientId: string): string[] {
  return [...new Set(log.of(clientId).flatMap(({ keyIds }) => keyIds))]
}

/** What was disconnected can no longer come back: its keys, which were off, go. */
export async function forgetDisconnected({ parts, log }: Work, clientId: string): Promise<void> {
  const all = log.of(clientId)
  if (all.at(-1)?.kind !== 'disconnect') return
  const keyIds = keyIdsOf(log, clientId)
  await log.drop(all.map(({ id }) => id))
  for (const keyId of keyIds) await parts.keys.delete(keyId)
}

function openTurns() {
  let turn: Promise<unknown> = Promise.resolve()
  return function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = turn.then(work)
    turn = result.catch(() => undefined)
    return result
  }
}
