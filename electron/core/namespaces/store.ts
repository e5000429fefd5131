import { randomUUID } from 'node:crypto'
import {
  namespaceInput,
  namespacePatch,
  type Namespace,
  type NamespaceInput,
  type NamespacePatch,
  type ToolRulePatch,
} from '../../../shared/namespace.ts'
import type { Owned } from '../../../shared/account.ts'
import { ownedBy } from '../access.ts'
import type { Changes } from '../changes.ts'
import type { Database, Tx } from '../db/open.ts'
import { InvalidInput, parseInput } from '../problems.ts'
import { deepFreeze, openShelf } from '../shelf.ts'
import * as rows from './namespace-rows.ts'
import { patchToolRules } from './tool-rules.ts'

/**
 * The definitions of namespaces. Reading is from memory; returned values are frozen. Changes reject
 * with an AppError: `not-found`, `conflict` (a name, or endpoints that use it) or `invalid`.
 */
export interface NamespaceStore {
  /** In order of their names. */
  list(): Namespace[]
  get(id: string): Namespace | undefined
  byName(name: string, ownerId?: string | null): Namespace | undefined
  /** Of that account, or of the instance. */
  create(input: NamespaceInput, ownerId?: string | null): Promise<Namespace>
  /** Only the fields that are named change; tool rules never do. */
  update(id: string, patch: NamespacePatch): Promise<Namespace>
  /** Changes what the namespace says of one tool of one of its servers. */
  setTool(id: string, patch: ToolRulePatch): Promise<Namespace>
  /** The same for many tools: all of them change, or none. */
  setTools(id: string, patches: ToolRulePatch[]): Promise<Namespace>
  /** Refused while an endpoint uses it; one of others goes with what is off. */
  delete(id: string): Promise<void>
  /** The parts for a larger transaction; `reload` after its commit brings them to memory and tells. */
  listIn(tx: Tx): Promise<Namespace[]>
  createIn(tx: Tx, input: NamespaceInput, ownerId?: string | null): Promise<Namespace>
  updateIn(tx: Tx, id: string, patch: NamespacePatch): Promise<Namespace>
  setToolsIn(tx: Tx, id: string, patches: ToolRulePatch[]): Promise<Namespace>
  deleteIn: typeof rows.deleteNamespace
  reload(): Promise<void>
}

export type NamespaceStoreOptions = {
  db: Database
  changes: Changes
  /**
   * Whether a namespace may have this server (now). The database drops what belongs to a deleted
   * one, and keeps one that is shared no more; memory leaves both out by asking.
   */
  mayHave: (namespace: Owned, serverId: string) => boolean
}

export async function openNamespaceStore(options: NamespaceStoreOptions): Promise<NamespaceStore> {
  const { db, changes, mayHave } = options
  const shelf = await openShelf(() => db.read(rows.readNamespaces))

  async function store(work: (tx: Tx) => Promise<Namespace>): Promise<Namespace> {
    const namespace = await shelf.inTurn(async () => shelf.put(await db.write(work)))
    changes.publish({ kind: 'namespace', id: namespace.id })
    return namespace
  }

  const shown = (namespace: Namespace | undefined) =>
    namespace && withoutUnusable(namespace, mayHave)

  return {
    list: () => shelf.list().map((namespace) => withoutUnusable(namespace, mayHave)),
    get: (id) => shown(shelf.get(id)),
    byName: (name, ownerId) => shown(shelf.byName(name, ownerId)),
    create: (input, ownerId) => store((tx) => createIn(tx, input, ownerId)),
    update: (id, patch) => store((tx) => updateIn(tx, id, patch)),
    setTool: (id, patch) => store((tx) => setToolsIn(tx, id, [patch])),
    setTools: (id, patches) => store((tx) => setToolsIn(tx, id, patches)),
    async delete(id) {
      await shelf.inTurn(async () => {
        await db.write((tx) => rows.deleteNamespace(tx, id))
        shelf.drop(id)
      })
      changes.publish({ kind: 'namespace', id })
    },
    listIn: rows.readNamespaces,
    createIn,
    updateIn,
    setToolsIn,
    deleteIn: rows.deleteNamespace,
    async reload() {
      for (const id of await shelf.reload()) changes.publish({ kind: 'namespace', id })
    },
  }
}

async function createIn(
  tx: Tx,
  input: NamespaceInput,
  ownerId: string | null = null,
): Promise<Namespace> {
  const parsed = parseInput(namespaceInput, input)
  const owned = ownedBy(ownerId, parsed.shared)
  const namespace = { ...parsed, ...owned, id: randomUUID(), tools: [] }
  await rows.insertNamespace(tx, namespace)
  return namespace
}

async function updateIn(tx: Tx, id: string, patch: NamespacePatch): Promise<Namespace> {
  const { name, description, enabled, servers, shared } = parseInput(namespacePatch, patch)
  const { namespace: current, switches } = await rows.lockNamespace(tx, id)
  const namespace: Namespace = {
    ...current,
    ...ownedBy(current.ownerId, shared ?? current.shared),
    name: name ?? current.name,
    description: description ?? current.description,
    enabled: enabled ?? current.enabled,
    servers: (servers ?? current.servers).map((member) => ({
      serverId: member.serverId,
      enabled: member.enabled ?? switches.get(member.serverId) ?? true,
    })),
  }
  await rows.updateNamespace(tx, namespace, switches)
  return namespace
}

async function setToolsIn(tx: Tx, id: string, patches: ToolRulePatch[]): Promise<Namespace> {
  const { namespace: current } = await rows.lockNamespace(tx, id)
  const members = new Set(current.servers.map((server) => server.serverId))
  const stranger = patches.find(({ serverId }) => !members.has(serverId))
  if (stranger) {
    const message = `the server "${stranger.serverId}" is not in the namespace "${current.name}"`
    throw new InvalidInput([{ path: ['serverId'], message }])
  }
  const namespace = { ...current, tools: patchToolRules(current.tools, patches) }
  await rows.writeTools(tx, namespace)
  return namespace
}

function withoutUnusable(
  namespace: Namespace,
  mayHave: NamespaceStoreOptions['mayHave'],
): Namespace {
  const exists = ({ serverId }: { serverId: string }) => mayHave(namespace, serverId)
  const { servers, tools } = namespace
  if (servers.every(exists) && tools.every(exists)) return namespace
  return deepFreeze({ ...namespace, servers: servers.filter(exists), tools: tools.filter(exists) })
}
