import { createHash } from 'node:crypto'
import type { OwnedServer } from '../../../shared/server.ts'
import { originOf } from './kept-secrets.ts'

type Kept = { id: string; urlHash: string; originHash: string }

/**
 * Servers of accounts that are gone, which are the instance's by now: the address of each was said by
 * somebody who may not have us reach inside the network. Once another address is put there, it is
 * whoever put it that answers for it.
 */
export interface HandedOver {
  /** Whether its address is still the one that came from an account. */
  hasGivenAddress(server: OwnedServer): boolean
  /** Whether its secrets may still be those that came with it, for this origin. */
  hasGivenOrigin(server: OwnedServer): boolean
  /** Before they are handed over. */
  add(servers: readonly OwnedServer[]): Promise<void>
  /** After another process has stored others. */
  reload(): Promise<void>
}

export type HandedOverOptions = {
  load: () => Promise<{ servers: Kept[] } | null>
  save: (value: { servers: Kept[] }) => Promise<void>
}

export async function openHandedOver({ load, save }: HandedOverOptions): Promise<HandedOver> {
  const readAll = async () => new Map(((await load())?.servers ?? []).map((one) => [one.id, one]))
  let kept = await readAll()
  const isAsGiven = (server: OwnedServer, what: 'urlHash' | 'originHash') => {
    const given = kept.get(server.id)
    return given !== undefined && given[what] === keptOf(server)?.[what]
  }
  return {
    hasGivenAddress: (server) => isAsGiven(server, 'urlHash'),
    hasGivenOrigin: (server) => isAsGiven(server, 'originHash'),
    async add(servers) {
      for (const one of servers.map(keptOf)) if (one) kept.set(one.id, one)
      await save({ servers: [...kept.values()] })
    },
    async reload() {
      kept = await readAll()
    },
  }
}

/** An address may hold a secret: its hash will do. `null`: it is a program. */
function keptOf(server: OwnedServer): Kept | null {
  if (server.type === 'STDIO') return null
  const { id, url } = server
  return { id, urlHash: hashOf(url), originHash: hashOf(originOf(url)) }
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}
