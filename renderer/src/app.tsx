import { MantineProvider } from '@mantine/core'
import { Notifications } from '@mantine/notifications'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { Suspense, useState } from 'react'
import type { IpcBridge } from '../../shared/ipc.ts'
import { router } from './routes.tsx'
import { Entrance } from './shell/entrance.tsx'
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

/** Nothing is ever stale by time: `live.ts` says what to read again. */
function openQueries(): QueryClient {
  return new QueryClient({
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
}
