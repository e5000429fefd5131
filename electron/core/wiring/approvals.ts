import { isDeepStrictEqual } from 'node:util'
import type { ApprovalView } from '../../../shared/approval.ts'
import type { OwnedServer } from '../../../shared/server.ts'
import { openApprovals, type Approvals } from '../approvals/approvals.ts'
import type { ApprovalRouterOptions } from '../approvals/router.ts'
import { keeperOf } from '../access.ts'
import type { Changes } from '../changes.ts'
import type { Following } from './following.ts'
import type { Logger } from '../log.ts'
import { accountOf } from './sight.ts'
import type { Stores } from './stores.ts'

type Parts = { stores: Stores; changes: Changes; log: Logger }

/** Where calls wait for people, who are told of it. */
export function openStoredApprovals({ stores, changes, log }: Parts): Approvals {
  return openApprovals({
    log,
    onChange: () => changes.publish({ kind: 'approval' }),
    namespaceOf(endpointId) {
      const { namespaceId } = stores.endpoints.get(endpointId) ?? { namespaceId: endpointId }
      return stores.namespaces.get(namespaceId)
    },
    accountOf: (caller) => accountOf(stores, caller),
  })
}

/** Tools that wait for a person, or need not, do so under the new name of their server as well. */
export async function renameMarks(
  { namespaces }: Pick<Stores, 'namespaces'>,
  before: OwnedServer,
  after: OwnedServer,
): Promise<void> {
  const [from, to] = [`${before.name}__`, `${after.name}__`]
  const renamed = (name: unknown) =>
    typeof name === 'string' && name.startsWith(from) ? to + name.slice(from.length) : name
  for (const { id, servers, middleware } of namespaces.list()) {
    if (!servers.some(({ serverId }) => serverId === after.id)) continue
    const next = middleware.map((entry) => {
      if (entry.use !== 'approve') return entry
      const lists = Object.entries(entry).filter((field) => Array.isArray(field[1]))
      const names = lists.map(([field, list]) => [field, (list as unknown[]).map(renamed)] as const)
      return { ...entry, ...Object.fromEntries(names) }
    })
    if (!isDeepStrictEqual(next, middleware)) await namespaces.update(id, { middleware: next })
  }
}

type ManagedParts = { approvals: Approvals; stores: Stores; follow: Pick<Following, 'endpoints'> }

/** What the management API does with them. */
export function approvalParts({
  approvals,
  stores: { namespaces },
  follow,
}: ManagedParts): ApprovalRouterOptions {
  /** One after the other: each writes the whole list. */
  let last: Promise<unknown> = Promise.resolve()

  async function allow({ namespaceId, server, tool }: ApprovalView): Promise<void> {
    const namespace = namespaceId === null ? undefined : namespaces.get(namespaceId)
    if (!namespace) return
    const name = `${server}__${tool}`
    const middleware = namespace.middleware.map((entry) => {
      if (entry.use !== 'approve') return entry
      const { allowed } = entry
      return { ...entry, allowed: [...new Set([...(Array.isArray(allowed) ? allowed : []), name])] }
    })
    await namespaces.update(namespace.id, { middleware })
    await follow.endpoints()
  }

  return {
    approvals,
    allowAlways(call) {
      const allowed = last.then(() => allow(call))
      last = allowed.catch(() => undefined)
      return allowed
    },
    keeperOf: (id) => keeperOf(id === null ? undefined : namespaces.get(id)),
  }
}
