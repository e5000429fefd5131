import { z } from 'zod'

const given = z.object({ providerId: z.string(), callbackURL: z.string().optional() })

/**
 * POST `/sign-in/oauth2` `{ providerId, callbackURL }` as the request that better-auth knows, which
 * would take far more: tokens of providers, scopes, and where to go when it fails.
 */
export async function beginAtProvider(
  request: Request,
): Promise<{ providerId: string; request: Request }> {
  const body: unknown = await request.json().catch(() => null)
  const { data } = given.safeParse(body)
  const providerId = data?.providerId ?? ''
  const { callbackURL } = data ?? {}
  const url = request.url.replace(/\/sign-in\/oauth2.*$/, '/sign-in/social')
  const headers = new Headers(request.headers)
  headers.delete('content-length')
  const sent = JSON.stringify({ provider: providerId, callbackURL, disableRedirect: true })
  return { providerId, request: new Request(url, { method: request.method, headers, body: sent }) }
}
