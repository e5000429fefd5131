import type { TRPCLink } from '@trpc/client'
import type { AppRouter } from '../index.ts'

/** What adds or changes programs. */
const APPROVABLE = new Set([
  ...['servers.create', 'servers.update', 'adding.add', 'clients.importServers', 'data.import'],
])

/**
 * Tests stand for people who have looked at the commands that they add: what says nothing of it is
 * approved. A test of the approval itself says `approve: false`.
 */
export const approvingLink: TRPCLink<AppRouter> =
  () =>
  ({ op, next }) => {
    const input = op.input as Record<string, unknown>
    if (APPROVABLE.has(op.path)) return next({ ...op, input: { approve: true, ...input } })
    if (op.path !== 'adding.create') return next(op)
    const server = { approve: true, ...(input['server'] as object) }
    return next({ ...op, input: { ...input, server } })
  }
