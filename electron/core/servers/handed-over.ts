import { createHash } from 'node:crypto'
import type { OwnedServer } from '../../../shared/server.ts'

type Kept = { id: string; urlHash: string }

/**
 * Servers of accounts that are gone, which are the instance's by now: the address of each was said by
 * somebody who may not have us reach inside the network. Once another address is put there, it is
 * whoever put it that answers for it.
 */
export interface HandedOver {
  /** Whether its address is still the one that came from an account. */
  hasGivenAddress(server: OwnedServer): boolean
  /** Before they are handed over. */
  add(servers: readonly OwnedServer[]): Promise<void>
}

export type HandedOverOptions = {
  load: () => Promise<{ servers: Kept[] } | null>
  save: (value: { servers: Kept[] }) => Promise<void>
}

export async function openHandedOver({ load, save }: HandedOverOptions): Promise<HandedOver> {
  const kept = new Map(((await load())?.servers ?? []).map(({ id, urlHash }) => [id, urlHash]))
  return {
    hasGivenAddress(server) {
      const urlHash = kept.get(server.id)
      return urlHash !== undefined && urlHash === hashOf(server)
    },
    async add(servers) {
      for (const server of servers) {
        const urlHash = hashOf(server)
        if (urlHash !== null) kept.set(server.id, urlHash)
      }
      await save({ servers: Array.from(kept, ([id, urlHash]) => ({ id, urlHash })) })
    },
  }
}

/** An address may hold a secret: its hash will do. `null`: it is a program. */
function hashOf(server: OwnedServer): string | null {
  return server.type === 'STDIO'
    ? null
    : createHash('sha256').update(server.url).digest('base64url')
}
