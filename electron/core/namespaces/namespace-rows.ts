import { and, asc, eq, inArray, ne } from 'drizzle-orm'
import type { Owned } from '../../../shared/account.ts'
import type { ItemRule, Namespace, ToolRule } from '../../../shared/namespace.ts'
import { accessOf, mayUse, type Access } from '../access.ts'
import type { Tx } from '../db/open.ts'
import { isOwner, refuseTooMany } from '../db/owner.ts'
import {
  endpoints,
  namespaceItems,
  namespaces,
  namespaceServers,
  namespaceTools,
  servers,
} from '../db/schema.ts'
import { AppError } from '../errors.ts'
import { InvalidInput, type Problem } from '../problems.ts'
import { itemsInOrder } from './item-rules.ts'
import { inOrder } from './tool-rules.ts'

/** A namespace with what its list of servers does not show: what was said of those taken out. */
export type StoredNamespace = { namespace: Namespace; members: ReadonlyMap<string, Member> }

/** What a namespace says of one server, and whether it has seen its tools. */
type Member = Pick<MemberRow, 'enabled' | 'newTools' | 'known'>
type MemberRow = typeof namespaceServers.$inferSelect

/** The position of a server that was taken out: its row only keeps what is said of it. */
const TAKEN_OUT = -1

/** PostgreSQL takes 65,535 parameters in a statement, and a rule is eight of them. */
const RULES_PER_INSERT = 5_000

type Parts = {
  row: typeof namespaces.$inferSelect
  members: MemberRow[]
  rules: (typeof namespaceTools.$inferSelect)[]
  items: (typeof namespaceItems.$inferSelect)[]
}

export async function readNamespaces(tx: Tx): Promise<Namespace[]> {
  const rows = await tx.select().from(namespaces)
  const memberRows = await tx
    .select()
    .from(namespaceServers)
    .orderBy(asc(namespaceServers.position))
  const ruleRows = await tx.select().from(namespaceTools)
  const membersOf = Map.groupBy(memberRows, (member) => member.namespaceId)
  const itemRows = await tx.select().from(namespaceItems)
  const rulesOf = Map.groupBy(ruleRows, (rule) => rule.namespaceId)
  const itemsOf = Map.groupBy(itemRows, (rule) => rule.namespaceId)
  return rows.map((row) => {
    const { id } = row
    const rules = rulesOf.get(id) ?? []
    const items = itemsOf.get(id) ?? []
    return toNamespace({ row, members: membersOf.get(id) ?? [], rules, items })
  })
}

/** Held against other changes until the transaction ends. */
export async function lockNamespace(tx: Tx, id: string): Promise<StoredNamespace> {
  const [row] = await tx.select().from(namespaces).where(eq(namespaces.id, id)).for('update')
  if (!row) throw noSuchNamespace(id)
  const members = await tx
    .select()
    .from(namespaceServers)
    .where(eq(namespaceServers.namespaceId, id))
    .orderBy(asc(namespaceServers.position))
  const rules = await tx.select().from(namespaceTools).where(eq(namespaceTools.namespaceId, id))
  const items = await tx.select().from(namespaceItems).where(eq(namespaceItems.namespaceId, id))
  return {
    namespace: toNamespace({ row, members, rules, items }),
    members: new Map(members.map((member) => [member.serverId, member])),
  }
}

export async function insertNamespace(tx: Tx, namespace: Namespace): Promise<void> {
  await refuseTakenName(tx, namespace)
  const { servers: _, tools: __, items: ___, ...row } = namespace
  await tx.insert(namespaces).values(row)
  await refuseTooMany(tx, { table: namespaces, ownerId: row.ownerId, plural: 'namespaces' })
  await writeServers(tx, namespace, new Map())
}

/** Writes everything but the rules. */
export async function updateNamespace(
  tx: Tx,
  namespace: Namespace,
  members: StoredNamespace['members'],
): Promise<void> {
  await refuseTakenName(tx, namespace)
  const { id, servers: _, tools: __, items: ___, ownerId: ____, ...row } = namespace
  await tx.update(namespaces).set(row).where(eq(namespaces.id, id))
  await writeServers(tx, namespace, members)
}

export async function writeTools(tx: Tx, { id, tools }: Namespace): Promise<void> {
  await tx.delete(namespaceTools).where(eq(namespaceTools.namespaceId, id))
  const ruleRows = tools.map((rule) => ({ ...rule, namespaceId: id }))
  for (let start = 0; start < ruleRows.length; start += RULES_PER_INSERT) {
    await tx.insert(namespaceTools).values(ruleRows.slice(start, start + RULES_PER_INSERT))
  }
}

export async function writeItems(tx: Tx, { id, items }: Namespace): Promise<void> {
  await tx.delete(namespaceItems).where(eq(namespaceItems.namespaceId, id))
  const rows = items.map((rule) => ({ ...rule, namespaceId: id }))
  for (let start = 0; start < rows.length; start += RULES_PER_INSERT) {
    await tx.insert(namespaceItems).values(rows.slice(start, start + RULES_PER_INSERT))
  }
}

/** Who deletes: what they see is named to them, and what they may change is theirs to look after. */
type Deleting = Pick<Access, 'sees' | 'changes'>

/**
 * Throws AppError `conflict` while endpoints use it. Those of others, which the caller cannot take
 * away, go with it once it serves nobody: it is off, or they may not use it any more.
 */
export async function deleteNamespace(
  tx: Tx,
  id: string,
  access: Deleting = accessOf({ kind: 'local' }),
): Promise<void> {
  const [namespace] = await tx.select().from(namespaces).where(eq(namespaces.id, id))
  if (!namespace) throw noSuchNamespace(id)
  const users = await tx
    .select()
    .from(endpoints)
    .where(eq(endpoints.namespaceId, id))
    .orderBy(asc(endpoints.name))
  const isInTheWay = (endpoint: Owned) =>
    access.changes(endpoint) || (namespace.enabled && mayUse(endpoint, namespace))
  const blocking = users.filter(isInTheWay)
  if (blocking.length > 0) throw stillUsed(blocking, access)
  await tx.delete(endpoints).where(eq(endpoints.namespaceId, id))
  await tx.delete(namespaces).where(eq(namespaces.id, id))
}

/** What others keep to themselves is not named. */
function stillUsed(users: readonly (Owned & { name: string })[], access: Deleting): AppError {
  const seen = users.filter(access.sees)
  const hidden = users.length - seen.length
  const names = seen.map(({ name }) => `"${name}"`).join(', ')
  const named =
    seen.length === 0 ? [] : [`the ${seen.length === 1 ? 'endpoint' : 'endpoints'} ${names}`]
  const unnamed = hidden === 1 ? '1 endpoint' : `${hidden} endpoints`
  const parts = hidden === 0 ? named : [...named, `${unnamed} of other people`]
  const text = `${parts.join(' and ')} ${users.length === 1 ? 'uses' : 'use'} it`
  const isOthers = users.some((endpoint) => !access.changes(endpoint))
  const advice = isOthers ? ' Switch it off first: then those of other people go with it.' : ''
  return new AppError('conflict', `The namespace cannot be deleted while ${text}.${advice}`)
}

export function noSuchNamespace(id: string): AppError {
  return new AppError('not-found', `There is no namespace with the id "${id}".`)
}

/** What is wrong with the member at this place. */
export function noServer(id: string, at: number): Problem {
  return { path: ['servers', at, 'serverId'], message: `there is no server "${id}"` }
}

async function refuseTakenName(tx: Tx, { id, name, ownerId }: Namespace): Promise<void> {
  const others = await tx
    .select({ id: namespaces.id })
    .from(namespaces)
    .where(
      and(eq(namespaces.name, name), isOwner(namespaces.ownerId, ownerId), ne(namespaces.id, id)),
    )
  if (others.length > 0) {
    throw new AppError('conflict', `A namespace named "${name}" exists already.`)
  }
}

async function writeServers(
  tx: Tx,
  { id: namespaceId, servers: members }: Namespace,
  before: StoredNamespace['members'],
): Promise<void> {
  await refuseWrongServers(tx, members)
  const present = new Set(members.map((member) => member.serverId))
  const rows: MemberRow[] = members.map((member, position) => {
    const known = before.get(member.serverId)?.known ?? false
    return { ...member, known, namespaceId, position }
  })
  for (const [serverId, { enabled, newTools, known }] of before) {
    if (present.has(serverId)) continue
    rows.push({ namespaceId, serverId, enabled, newTools, known, position: TAKEN_OUT })
  }
  await tx.delete(namespaceServers).where(eq(namespaceServers.namespaceId, namespaceId))
  if (rows.length > 0) await tx.insert(namespaceServers).values(rows)
}

async function refuseWrongServers(tx: Tx, members: Namespace['servers']): Promise<void> {
  const ids = members.map((member) => member.serverId)
  if (ids.length === 0) return
  const found = await tx.select({ id: servers.id }).from(servers).where(inArray(servers.id, ids))
  const known = new Set(found.map((row) => row.id))
  const problems = ids.flatMap((serverId, index) => {
    if (!known.has(serverId)) return [noServer(serverId, index)]
    const path = ['servers', index, 'serverId']
    return ids.indexOf(serverId) < index ? [{ path, message: 'is in the list already' }] : []
  })
  if (problems.length > 0) throw new InvalidInput(problems)
}

function toNamespace({ row, members, rules, items }: Parts): Namespace {
  const { createdAt: _, ...own } = row
  return {
    ...own,
    servers: members
      .filter((member) => member.position !== TAKEN_OUT)
      .map(({ serverId, enabled, newTools }) => ({ serverId, enabled, newTools })),
    tools: inOrder(rules.map(({ namespaceId: __, ...rule }): ToolRule => rule)),
    items: itemsInOrder(items.map(({ namespaceId: __, ...rule }): ItemRule => rule)),
  }
}
