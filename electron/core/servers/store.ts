import { randomUUID } from 'node:crypto'
import {
  serverDefinition,
  type NewServer,
  type OwnedServer,
  type ServerPatch,
} from '../../../shared/server.ts'
import { ownedBy } from '../access.ts'
import type { Changes } from '../changes.ts'
import type { Database, Tx } from '../db/open.ts'
import { parseInput } from '../problems.ts'
import type { Secrets } from '../secrets.ts'
import { runsOther } from '../server-rules.ts'
import { openShelf } from '../shelf.ts'
import { patchServer } from './server-patch.ts'
import { serverRows, type ServerRows } from './server-rows.ts'

/**
 * The definitions of servers, with their secrets. Reading is from memory; returned values are
 * frozen. Changes reject with an AppError: `not-found`, `conflict` (the name) or `invalid`.
 */
export interface ServerStore {
  /** In order of their names. */
  list(): OwnedServer[]
  get(id: string): OwnedServer | undefined
  byName(name: string, ownerId?: string | null): OwnedServer | undefined
  /** Of that account, or of the instance. A program waits unless it is said to be approved. */
  create(input: NewServer, ownerId?: string | null): Promise<OwnedServer>
  /**
   * Only the fields that are named change; see `patchServer`. Another program waits, as a new one,
   * and one that waits is not approved by a change of something else.
   */
  update(id: string, patch: ApprovablePatch): Promise<OwnedServer>
  /** Its program may run from now on. Rejects with what `look` throws at it as it is then. */
  approve(id: string, look: (server: OwnedServer) => void): Promise<OwnedServer>
  /** Namespaces lose it too. */
  delete(id: string): Promise<void>
  /** The parts for a larger transaction; `reload` after its commit brings them to memory and tells. */
  listIn(tx: Tx): Promise<OwnedServer[]>
  createIn(tx: Tx, input: NewServer, ownerId?: string | null): Promise<OwnedServer>
  updateIn(tx: Tx, id: string, patch: ApprovablePatch): Promise<OwnedServer>
  deleteIn(tx: Tx, id: string): Promise<void>
  reload(): Promise<void>
}

type ApprovablePatch = ServerPatch & Pick<NewServer, 'approve'>

export type ServerStoreOptions = { db: Database; secrets: Secrets; changes: Changes }

export async function openServerStore(options: ServerStoreOptions): Promise<ServerStore> {
  const { db, changes } = options
  const rows = serverRows(options.secrets)
  const shelf = await openShelf(() => db.read(rows.all))

  const { createIn, updateIn, approveIn } = changesTo(rows)

  async function store(work: (tx: Tx) => Promise<OwnedServer>): Promise<OwnedServer> {
    const server = await shelf.inTurn(async () => shelf.put(await db.write(work)))
    changes.publish({ kind: 'server', id: server.id })
    return server
  }

  return {
    list: shelf.list,
    get: shelf.get,
    byName: shelf.byName,
    create: (input, ownerId) => store((tx) => createIn(tx, input, ownerId)),
    update: (id, patch) => store((tx) => updateIn(tx, id, patch)),
    approve: (id, look) => store((tx) => approveIn(tx, id, look)),
    async delete(id) {
      await shelf.inTurn(async () => {
        await db.write((tx) => rows.delete(tx, id))
        shelf.drop(id)
      })
      changes.publish({ kind: 'server', id })
    },
    listIn: rows.all,
    createIn,
    updateIn,
    deleteIn: rows.delete,
    async reload() {
      for (const id of await shelf.reload()) changes.publish({ kind: 'server', id })
    },
  }
}

const PROGRAM = ['type', 'command', 'args', 'cwd', 'env'] as const

function changesTo(rows: ServerRows) {
  return {
    async createIn(
      tx: Tx,
      { approve = false, ...input }: NewServer,
      ownerId: string | null = null,
    ): Promise<OwnedServer> {
      const definition = parseInput(serverDefinition, input)
      const owned = ownedBy(ownerId, definition.shared)
      const approved = approve || definition.type !== 'STDIO'
      const server: OwnedServer = { ...definition, ...owned, approved, id: randomUUID() }
      await rows.insert(tx, server)
      return server
    },
    async updateIn(
      tx: Tx,
      id: string,
      { approve = false, ...patch }: ApprovablePatch,
    ): Promise<OwnedServer> {
      const { id: _, ownerId, approved: wasApproved, ...current } = await rows.lock(tx, id)
      const definition = patchServer(current, patch)
      const isSeen = approve && (wasApproved || PROGRAM.some((field) => patch[field] !== undefined))
      const approved = isSeen || (wasApproved && !runsOther(current, definition))
      const owned = ownedBy(ownerId, definition.shared)
      const server: OwnedServer = {
        ...{ ...definition, ...owned, id },
        approved: approved || definition.type !== 'STDIO',
      }
      await rows.update(tx, server)
      return server
    },
    async approveIn(tx: Tx, id: string, look: (server: OwnedServer) => void): Promise<OwnedServer> {
      const current = await rows.lock(tx, id)
      look(current)
      const server = { ...current, approved: true }
      await rows.update(tx, server)
      return server
    },
  }
}
