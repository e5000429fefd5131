import { z } from 'zod'

const given = z.object({ providerId: z.string(), callbackURL: z.string().optional() })

/**
 * POST `/sign-in/oauth2` `{ providerId, callbackURL }` as the request that better-auth knows, which
 * would take far more: tokens of providers, scopes, and where to go when it fails. `reach` sees to
 * it that the provider is known, if it can be.
 */
export async function beginAtProvider(
  request: Request,
  reach: (providerId: string) => Promise<void>,
): Promise<Request> {
  const body: unknown = await request.json().catch(() => null)
  const { data } = given.safeParse(body)
  const { providerId: provider = '', callbackURL } = data ?? {}
  await reach(provider)
  const url = request.url.replace(/\/sign-in\/oauth2.*$/, '/sign-in/social')
  const headers = new Headers(request.headers)
  headers.delete('content-length')
  const sent = JSON.stringify({ provider, callbackURL, disableRedirect: true })
  return new Request(url, { method: request.method, headers, body: sent })
}
