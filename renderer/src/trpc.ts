import { createTRPCClient } from '@trpc/client'
import type { AppRouter } from '../../electron/core/index.ts'
import type { IpcBridge } from '../../shared/ipc.ts'
import { ipcLink } from './ipc-link.ts'

/** The management API of the app around this page. */
export type Client = ReturnType<typeof openClient>

export function openClient(bridge: IpcBridge) {
  return createTRPCClient<AppRouter>({ links: [ipcLink(bridge)] })
}
