import { hostname } from 'node:os'
import type { CoreConfig } from '../config.ts'
import type { Database } from '../db/open.ts'
import type { Elsewhere } from '../http/elsewhere.ts'
import { openPassOn } from '../replicas/pass-on.ts'
import { madeUpName, openReplicas } from '../replicas/replicas.ts'
import { signedNews } from '../replicas/signed-news.ts'
import type { Secrets } from '../secrets.ts'

export type Peers = Elsewhere &
  Disposable & {
    /** Whether any other is there now. */
    areThere(): boolean
  }

type Parts = {
  config: Pick<CoreConfig, 'replica' | 'replicaUrl' | 'host' | 'log'>
  db: Pick<Database, 'isShared' | 'news'>
  secrets: Pick<Secrets, 'derive'>
  port: number
}

/** Finds the other processes on the same database, and is found by them. */
export function openPeers({ config, db, secrets, port }: Parts): Peers {
  if (!db.isShared) {
    const nobody = { passOn: () => Promise.resolve('untaken' as const), areThere: () => false }
    return { replica: null, news: null, ...nobody, [Symbol.dispose]: () => undefined }
  }
  const { log } = config
  const name = config.replica ?? madeUpName()
  const url = config.replicaUrl ?? addressOf(config.host, port)
  const key = secrets.derive('metamcp replica news')
  const news = signedNews({ news: db.news, key, log })
  const replicas = openReplicas({ news, name, url, log })
  return {
    replica: name,
    news,
    passOn: openPassOn({ replicas, name, log }),
    areThere: () => replicas.size > 0,
    [Symbol.dispose]: () => replicas[Symbol.dispose](),
  }
}

/** For who is in the same network: a computer that listens everywhere is known there by its name. */
function addressOf(host: string, port: number): string {
  const isEvery = ['0.0.0.0', '::', '[::]'].includes(host)
  const bare = host.replace(/[[\]]/g, '')
  const name = isEvery ? hostname() : bare.includes(':') ? `[${bare}]` : bare
  return `http://${name}:${port}`
}
