import type { useTRPCClient } from '../../trpc.ts'

/** The management API as procedures to call. */
export type Client = ReturnType<typeof useTRPCClient>
