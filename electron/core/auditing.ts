import type { AuditActor, AuditDetail, AuditOutcome, AuditTarget } from '../../shared/audit.ts'
import type { Caller } from './caller.ts'

/** What an action is about. `ownerId`: the account that keeps it to itself, `null` for nobody. */
export type NotedTarget = AuditTarget & { ownerId: string | null }

/** Something for the audit log. No part of it may be a secret. */
export type AuditNote = {
  actor: AuditActor
  action: string
  target?: NotedTarget | null
  outcome: AuditOutcome
  detail?: AuditDetail | null
}

/** Where management actions are noted. Nothing here waits, and nothing throws. */
export interface Auditing {
  note(note: AuditNote): void
  /** What a procedure (`servers.update`) means by this id, as it is now. */
  find(path: string, id: string): NotedTarget | null
}

/** What changes nothing that anybody would look for: it reads, tries, or shows. */
export const UNNOTED: ReadonlySet<string> = new Set([
  'adding.freshen',
  'adding.read',
  'adding.readBundle',
  'adding.readRegistry',
  'data.checkImport',
  'doctor.check',
  'host.checkForUpdates',
  'host.chooseFile',
  'host.notify',
  'host.openDataFolder',
  'host.reveal',
  'inspector.answer',
  'inspector.cancel',
  'inspector.complete',
  'inspector.start',
  'servers.test',
])

/** Fields whose values may be read by anyone who reads the log; of all others only the name is. */
const TOLD = new Set([
  ...['enabled', 'shared', 'approve', 'paused', 'role', 'answer', 'mode', 'prefix', 'isolation'],
  ...['start', 'type'],
  ...['idleMs', 'startTimeoutMs', 'idleConnections', 'maxConnections', 'ms', 'port', 'logLevel'],
  ...['callLogDays', 'callLogRows', 'callLogMegabytes'],
])
/** Fields that name what it is about. */
const TARGETS = new Set(['id', 'ids', 'serverId', 'clientId'])
const MAX_FIELDS = 40

/** The app itself. */
export const THIS_COMPUTER: AuditActor = { kind: 'local', id: null, name: 'this computer' }
export const ADMIN_TOKEN: AuditActor = { kind: 'admin', id: null, name: 'admin token' }
/** Nobody we know. Whoever says a name at the door may say any. */
export const SOMEBODY: AuditActor = { kind: 'anonymous', id: null, name: '' }

/** Callers whose actions are noted: those who manage. */
export function actorOf(caller: Caller): AuditActor | null {
  if (caller.kind === 'local') return THIS_COMPUTER
  if (caller.kind === 'admin') return ADMIN_TOKEN
  if (caller.kind === 'account') return { kind: 'account', id: caller.id, name: caller.name }
  // Who manages nothing could fill the log with refusals, and push out what it is kept for.
  return null
}

export type NotedCall = {
  caller: Caller
  path: string
  input: unknown
  /** What was found before the call: a deletion leaves nothing to find. */
  before: NotedTarget | null
}

/** The note on a call of a procedure that went well. */
export function noteOfDone(call: NotedCall, data: unknown, auditing: Auditing): AuditNote | null {
  const actor = actorOf(call.caller)
  if (!actor) return null
  const target = call.before ?? madeTarget(call, data, auditing)
  return { actor, action: call.path, target, outcome: 'done', detail: detailOf(call.input) }
}

/** Of one that did not. Its input was perhaps never checked: even its fields are not told. */
export function noteOfFailure(call: NotedCall, code: string): AuditNote | null {
  const actor = actorOf(call.caller)
  if (!actor) return null
  const outcome = code === 'FORBIDDEN' || code === 'UNAUTHORIZED' ? 'refused' : 'failed'
  const { path: action, before: target } = call
  return { actor, action, target, outcome, detail: { code } }
}

/** What an input names, where it names one. */
export function namedTarget(path: string, input: unknown, auditing: Auditing): NotedTarget | null {
  const { id, ids, serverId, clientId } = asRecord(input)
  if (typeof serverId === 'string') return auditing.find('servers.get', serverId)
  if (typeof id === 'string') return auditing.find(path, id)
  if (typeof clientId === 'string') return auditing.find(path, clientId)
  const [first] = Array.isArray(ids) ? (ids as unknown[]) : []
  return typeof first === 'string' ? auditing.find(path, first) : null
}

/** What a call has made, by the id in its answer. */
function madeTarget({ path, caller }: NotedCall, data: unknown, auditing: Auditing) {
  const [router = ''] = path.split('.')
  const answer = Array.isArray(data) ? { id: (data as unknown[])[0] } : asRecord(data)
  const { id, name } = Object.values(answer).map(asRecord).find(isNamed) ?? answer
  if (typeof id !== 'string') return null
  const found = auditing.find(router === 'adding' ? 'servers.get' : path, id)
  if (found || typeof name !== 'string') return found
  const ownerId = caller.kind === 'account' ? caller.id : null
  return { kind: router, id, name, ownerId }
}

function detailOf(input: unknown): AuditDetail | null {
  const { patch, ...given } = asRecord(input)
  const fields = { ...asRecord(patch), ...given }
  const names = Object.keys(fields).filter((name) => !TARGETS.has(name))
  const told = names.flatMap((name) => {
    const value = fields[name]
    return TOLD.has(name) && isScalar(value) ? [[name, value] as const] : []
  })
  const untold = names.filter((name) => !told.some(([other]) => other === name))
  const count = Array.isArray(fields.ids) ? { count: fields.ids.length } : null
  if (names.length === 0 && !count) return null
  return { ...Object.fromEntries(told), ...count, fields: untold.slice(0, MAX_FIELDS) }
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === 'number' || typeof value === 'boolean' || isWord(value)
}

/** Values of an enumeration are one. */
function isWord(value: unknown): value is string {
  return typeof value === 'string' && /^[A-Za-z_-]{1,30}$/.test(value)
}

function isNamed({ id, name }: Record<string, unknown>): boolean {
  return typeof id === 'string' && typeof name === 'string'
}

function asRecord(value: unknown): Record<string, unknown> {
  const isRecord = typeof value === 'object' && value !== null && !Array.isArray(value)
  return isRecord ? (value as Record<string, unknown>) : {}
}
