import { TRPCClientError } from '@trpc/client'

/** Why the core refused, as a code of tRPC such as `CONFLICT`; `null` where it did not answer. */
export function refusalOf(error: unknown): string | null {
  if (!(error instanceof TRPCClientError)) return null
  return (error.data as { code?: string } | null)?.code ?? null
}
