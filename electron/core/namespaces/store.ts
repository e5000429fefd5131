import type {
  ItemRulePatch,
  Namespace,
  NamespaceInput,
  NamespacePatch,
  ToolRulePatch,
} from '../../../shared/namespace.ts'
import type { Owned } from '../../../shared/account.ts'
import type { MiddlewareEntry } from '../../../shared/middleware.ts'
import type { AcceptedTool } from '../../../shared/trust.ts'
import type { Changes } from '../changes.ts'
import type { Database, Tx } from '../db/open.ts'
import { deepFreeze } from '../shelf.ts'
import { namespaceChanges, type LookedAt } from './namespace-changes.ts'
import * as rows from './namespace-rows.ts'
import { openNamespaceShelf } from './namespace-shelf.ts'
import { readDefinitions } from './pin-rows.ts'
import type { PickedTool } from './picking.ts'
import type { Pins, ToolsOf } from './pins.ts'

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
  /**
   * Changes what the namespace says of one tool of one of its servers. What waits for a person is
   * not taken in by being switched on: see `accept`.
   */
  setTool(id: string, patch: ToolRulePatch): Promise<Namespace>
  /** The same for many tools: all of them change, or none. */
  setTools(id: string, patches: ToolRulePatch[]): Promise<Namespace>
  /** Changes what the namespace says of prompts, resources and templates: all of them, or none. */
  setItems(id: string, patches: ItemRulePatch[]): Promise<Namespace>
  /** What is known of its servers' tools. */
  pins(id: string): Pins
  /** Writes down what servers offer now, in every namespace; resolves with those that changed. */
  see(toolsOf: ToolsOf): Promise<string[]>
  /** Takes tools in as they are; see `pins.ts`. */
  accept(id: string, tools: readonly LookedAt[]): Promise<Namespace>
  /** Takes accepting back; see `shared/trust.ts`. What was changed since stays. */
  unaccept(id: string, tools: readonly AcceptedTool[]): Promise<Namespace>
  /** Has clients get these tools, of servers that are not in it no others; see `picking.ts`. */
  pick(id: string, tools: readonly PickedTool[]): Promise<Namespace>
  /** Takes back that tools were switched off, without taking them in. */
  restore(id: string, tools: readonly PickedTool[]): Promise<Namespace>
  /** What pinned tools said of themselves, by hash; those that are not kept are missing. */
  definitions(hashes: readonly string[]): Promise<Map<string, Record<string, unknown>>>
  /** Refused while an endpoint uses it; one of others goes with what is off. */
  delete(id: string): Promise<void>
  /** The parts for a larger transaction; `reload` after its commit brings them to memory and tells. */
  listIn(tx: Tx): Promise<Namespace[]>
  createIn(tx: Tx, input: NamespaceInput, ownerId?: string | null): Promise<Namespace>
  updateIn(tx: Tx, id: string, patch: NamespacePatch): Promise<Namespace>
  /** Who names a tool as on here takes it in, also where it would wait. */
  setToolsIn(tx: Tx, id: string, patches: ToolRulePatch[]): Promise<Namespace>
  setItemsIn(tx: Tx, id: string, patches: ItemRulePatch[]): Promise<Namespace>
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
  /** Throws `InvalidInput` where a list of middlewares is wrong. */
  checkMiddleware: (entries: readonly MiddlewareEntry[]) => void
}

export async function openNamespaceStore(options: NamespaceStoreOptions): Promise<NamespaceStore> {
  const { db, changes, mayHave } = options
  const { shelf, pinsOf, see, store, drop } = await openNamespaceShelf(db)
  const changesOf = namespaceChanges(options.checkMiddleware)

  async function change(work: (tx: Tx) => Promise<Namespace>): Promise<Namespace> {
    const namespace = await store(work)
    changes.publish({ kind: 'namespace', id: namespace.id })
    return namespace
  }

  const { createIn, updateIn, setToolsIn, switchToolsIn, setItemsIn } = changesOf
  const { acceptIn, unacceptIn, restoreIn, pickIn } = changesOf
  const shown = (namespace: Namespace | undefined) =>
    namespace && withoutUnusable(namespace, mayHave)

  return {
    list: () => shelf.list().map((namespace) => withoutUnusable(namespace, mayHave)),
    get: (id) => shown(shelf.get(id)),
    byName: (name, ownerId) => shown(shelf.byName(name, ownerId)),
    create: (input, ownerId) => change((tx) => createIn(tx, input, ownerId)),
    update: (id, patch) => change((tx) => updateIn(tx, id, patch)),
    setTool: (id, patch) => change((tx) => switchToolsIn(tx, id, [patch])),
    setTools: (id, patches) => change((tx) => switchToolsIn(tx, id, patches)),
    setItems: (id, patches) => change((tx) => setItemsIn(tx, id, patches)),
    accept: (id, tools) => change((tx) => acceptIn(tx, id, tools)),
    unaccept: (id, tools) => change((tx) => unacceptIn(tx, id, tools)),
    pick: (id, tools) => change((tx) => pickIn(tx, id, tools)),
    restore: (id, tools) => change((tx) => restoreIn(tx, id, tools)),
    pins: pinsOf,
    see,
    definitions: (hashes) => db.read((tx) => readDefinitions(tx, hashes)),
    async delete(id) {
      await drop(id)
      changes.publish({ kind: 'namespace', id })
    },
    listIn: rows.readNamespaces,
    ...{ createIn, updateIn, setToolsIn, setItemsIn },
    deleteIn: rows.deleteNamespace,
    async reload() {
      for (const id of await shelf.reload()) changes.publish({ kind: 'namespace', id })
    },
  }
}

function withoutUnusable(
  namespace: Namespace,
  mayHave: NamespaceStoreOptions['mayHave'],
): Namespace {
  const exists = ({ serverId }: { serverId: string }) => mayHave(namespace, serverId)
  const { servers, tools, items } = namespace
  if ([servers, tools, items].every((list) => list.every(exists))) return namespace
  return deepFreeze({
    ...namespace,
    servers: servers.filter(exists),
    tools: tools.filter(exists),
    items: items.filter(exists),
  })
}
