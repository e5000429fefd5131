import { createTRPCClient, httpLink, type TRPCClient } from '@trpc/client'
import type { AppRouter } from '../../electron/core/index.ts'
import type { ServerInput } from '../../shared/server.ts'

/** How a program, this one or another, reaches the management of a gateway. */
export type GatewayAccess = { url: string; adminToken: string }

export function openAdmin({ url, adminToken }: GatewayAccess): TRPCClient<AppRouter> {
  return createTRPCClient<AppRouter>({
    links: [
      httpLink({
        url: `${url}/trpc/frontend`,
        headers: { authorization: `Bearer ${adminToken}` },
      }),
    ],
  })
}

/** A server behind an endpoint of its own, where names are its own and nobody needs a key. */
export async function expose(gateway: GatewayAccess, input: ServerInput) {
  const admin = openAdmin(gateway)
  const { name } = input
  const server = await admin.servers.create.mutate({ ...input, approve: true })
  const servers = [{ serverId: server.id }]
  const namespace = await admin.namespaces.create.mutate({ name, servers })
  const auth = { apiKey: false }
  const namespaceId = namespace.id
  const endpoint = await admin.endpoints.create.mutate({ name, namespaceId, prefix: false, auth })
  const url = new URL(`${gateway.url}/metamcp/${name}/mcp`)
  // One scenario sends foreign hosts and wants `localhost` to be the one that works.
  url.hostname = 'localhost'
  return {
    url,
    serverId: server.id,
    async [Symbol.asyncDispose]() {
      await admin.endpoints.delete.mutate({ id: endpoint.id })
      await admin.namespaces.delete.mutate({ id: namespace.id })
      await admin.servers.delete.mutate({ id: server.id })
    },
  }
}
