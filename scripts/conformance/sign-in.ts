import { setTimeout as delay } from 'node:timers/promises'
import { openAdmin, type GatewayAccess } from './admin.ts'

/** Milliseconds that the gateway has to read what a server offers, beside all the others. */
const READ_MS = 20_000

/**
 * Signs in to a server that needs it as a browser would: from the URL that the management API gives
 * over the authorization server, which agrees at once, back to our callback. `false` when the server
 * asks for no sign-in, or when one of the steps was refused.
 */
export async function signIn(gateway: GatewayAccess, serverId: string): Promise<boolean> {
  const admin = openAdmin(gateway)
  const server = await admin.servers.get.query({ id: serverId })
  if (server.signIn !== 'needed') return false
  const { url } = await admin.oauth.signIn.mutate({ serverId })
  const agreed = await fetch(url, { redirect: 'manual' })
  const back = new URL(agreed.headers.get('location') ?? '', url)
  if (!back.href.startsWith(`${gateway.url}/oauth/callback`)) return false
  const landed = await fetch(back)
  if (!landed.ok) return false
  await untilRead(gateway, serverId, (tools) => tools > 0)
  return true
}

/**
 * Until the gateway knows what the server offers, or why not. Clients are told by list_changed;
 * ours just begin when there is something to list.
 */
export async function untilRead(
  gateway: GatewayAccess,
  serverId: string,
  isEnough: (tools: number) => boolean = () => true,
): Promise<void> {
  const admin = openAdmin(gateway)
  for (const started = Date.now(); Date.now() - started < READ_MS; await delay(50)) {
    const { signIn, toolCount, state } = await admin.servers.get.query({ id: serverId })
    if (signIn === 'needed' || state === 'failed') return
    if (toolCount !== null && isEnough(toolCount)) return
  }
}
