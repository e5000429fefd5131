import { openAdmin, type GatewayAccess } from './admin.ts'

/**
 * Signs in to a server that needs it as a browser would: from the URL that the management API gives
 * over the authorization server, which agrees at once, back to our callback. `false` when the server
 * asks for no sign-in, or when one of the steps was refused.
 */
export async function signIn(gateway: GatewayAccess, serverId: string): Promise<boolean> {
  const admin = openAdmin(gateway)
  const { signIn } = await admin.servers.get.query({ id: serverId })
  if (signIn !== 'needed') return false
  const { url } = await admin.oauth.signIn.mutate({ serverId })
  const agreed = await fetch(url, { redirect: 'manual' })
  const back = new URL(agreed.headers.get('location') ?? '', url)
  if (!back.href.startsWith(`${gateway.url}/oauth/callback`)) return false
  const landed = await fetch(back)
  return landed.ok
}
