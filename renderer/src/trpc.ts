import {
  createTRPCClient,
  httpBatchLink,
  httpLink,
  httpSubscriptionLink,
  isNonJsonSerializable,
  splitLink,
} from '@trpc/client'
import { createTRPCContext } from '@trpc/tanstack-react-query'
import type { inferRouterOutputs } from '@trpc/server'
import type { AppRouter } from '../../electron/core/index.ts'
import type { IpcBridge } from '../../shared/ipc.ts'
import { ipcLink } from './ipc-link.ts'

/** What each procedure answers with, by its path. */
export type Outputs = inferRouterOutputs<AppRouter>

/** The management API, as hooks: `useQuery(useTRPC().servers.list.queryOptions())`. */
export const { TRPCProvider, useTRPC, useTRPCClient } = createTRPCContext<AppRouter>()

/** The app around this page, or else the server that this page came from. */
export function openClient(bridge: IpcBridge | undefined) {
  return createTRPCClient<AppRouter>({ links: [bridge ? ipcLink(bridge) : overHttp()] })
}

function overHttp() {
  const url = '/trpc/frontend'
  return splitLink({
    condition: (op) => op.type === 'subscription',
    true: httpSubscriptionLink({ url }),
    false: splitLink({
      // Files go as they are, and alone.
      condition: (op) => isNonJsonSerializable(op.input),
      true: httpLink<AppRouter>({ url }),
      false: httpBatchLink<AppRouter>({ url, maxURLLength: 4_000 }),
    }),
  })
}
