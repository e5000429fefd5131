import { MantineProvider } from '@mantine/core'
import { Notifications } from '@mantine/notifications'
import { QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { Suspense, useState } from 'react'
import type { IpcBridge } from '../../shared/ipc.ts'
import { router } from './routes.tsx'
import { Entrance } from './shell/entrance.tsx'
import { isUnauthorized } from './shell/session.ts'
import { openClient, TRPCProvider } from './trpc.ts'
import { cssVariablesResolver, theme } from './ui/theme.ts'

/** Everything around the pages. */
export function App({ bridge }: { bridge: IpcBridge | undefined }) {
  const [client] = useState(() => openClient(bridge))
  const [queries] = useState(openQueries)
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={cssVariablesResolver}
      defaultColorScheme="auto"
    >
      <QueryClientProvider client={queries}>
        <TRPCProvider trpcClient={client} queryClient={queries}>
          <Suspense>
            <Entrance isDesktop={bridge !== undefined}>
              <RouterProvider router={router} />
            </Entrance>
            <Notifications position="bottom-right" limit={3} />
          </Suspense>
        </TRPCProvider>
      </QueryClientProvider>
    </MantineProvider>
  )
}

/** What the entrance asks, and shows the door by. */
const OVERVIEW = ['status', 'overview']

/** Nothing is ever stale by time: `live.ts` says what to read again. */
function openQueries(): QueryClient {
  const queries: QueryClient = new QueryClient({
    queryCache: new QueryCache({
      onError(error, { queryKey: [asked] }) {
        // A session has ended: the entrance is to see that, and shows the door where we are.
        const isOverview = String(asked) === String(OVERVIEW)
        if (isUnauthorized(error) && !isOverview) {
          void queries.invalidateQueries({ queryKey: [OVERVIEW] })
        }
      },
    }),
    defaultOptions: {
      queries: {
        staleTime: Infinity,
        retry: false,
        refetchOnWindowFocus: false,
        networkMode: 'always',
      },
      mutations: { networkMode: 'always' },
    },
  })
  return queries
}
