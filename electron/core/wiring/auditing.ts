import { keeperOf } from '../access.ts'
import { openAudit, type Audit } from '../audit/audit.ts'
import type { Auditing, NotedTarget } from '../auditing.ts'
import type { Changes } from '../changes.ts'
import { KNOWN_CLIENTS } from '../clients/catalogue/index.ts'
import type { Database } from '../db/open.ts'
import type { Logger } from '../log.ts'
import type { RpcContext } from '../rpc.ts'
import type { Stores } from './stores.ts'

export type AuditingParts = { db: Database; stores: Stores; changes: Changes; log: Logger }

/** The audit log, and what it calls the things of the stores. */
export type OpenAuditing = {
  audit: Audit
  auditing: Auditing
  /** What the app itself calls the management API with. */
  context: RpcContext
} & AsyncDisposable

export function openAuditing({ db, stores, changes, log }: AuditingParts): OpenAuditing {
  const audit = openAudit({ db, log, onChange: () => changes.publish({ kind: 'audit' }) })
  const auditing = { note: audit.note, find: finderIn(stores) }
  const context: RpcContext = { caller: { kind: 'local' }, auditing }
  return { audit, auditing, context, [Symbol.asyncDispose]: () => audit.close() }
}

type Thing = { id: string; name: string; ownerId?: string | null; shared?: boolean }

const OF_ACCOUNTS = new Set(['accounts.setRole', 'accounts.remove', 'accounts.makeResetLink'])

function finderIn(stores: Stores): Auditing['find'] {
  const { servers, namespaces, endpoints, apiKeys, directory } = stores
  const kinds = new Map<string, [kind: string, get: (id: string) => Thing | undefined]>([
    ['servers', ['server', (id) => servers.get(id)]],
    ['namespaces', ['namespace', (id) => namespaces.get(id)]],
    ['endpoints', ['endpoint', (id) => endpoints.get(id)]],
    ['apiKeys', ['api-key', (id) => apiKeys.get(id)]],
    ['clients', ['client', (id) => KNOWN_CLIENTS.find((one) => one.id === id)]],
  ])
  return (path, id): NotedTarget | null => {
    if (OF_ACCOUNTS.has(path)) {
      const account = directory.get(id)
      return account ? { kind: 'account', id, name: account.name, ownerId: null } : null
    }
    const [router = ''] = path.split('.')
    const [kind = '', get] = kinds.get(router) ?? []
    const thing = get?.(id)
    return thing ? { kind, id, name: thing.name, ownerId: keeperOf(thing) } : null
  }
}
