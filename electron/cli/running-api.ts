import { createTRPCClient, httpLink, TRPCClientError } from '@trpc/client'
import { AppError, type AppRouter } from '../core/index.ts'
import type { RunningCore } from '../host/run-file.ts'

/** The management API of what runs on a data folder. */
export function apiOf({ adminUrl, token, pid }: RunningCore) {
  const api = createTRPCClient<AppRouter>({
    links: [
      httpLink({
        url: `${adminUrl}/trpc/frontend`,
        headers: { authorization: `Bearer ${token}` },
      }),
    ],
  })
  return { api, told }

  /** What it says is a sentence for a person already. */
  async function told<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof TRPCClientError)) throw error
      const isAnswer = error.data !== undefined && error.data !== null
      const text = isAnswer
        ? error.message
        : `The MetaMCP at ${adminUrl} (process ${pid}) does not answer: ${error.message}.`
      throw new AppError('unavailable', text, { cause: error })
    }
  }
}
