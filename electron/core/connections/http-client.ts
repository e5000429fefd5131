import type { FetchLike } from '@modelcontextprotocol/client'
import { EnvHttpProxyAgent, fetch as fetchWith } from 'undici'

export type Fetch = FetchLike

/** HTTP to servers, through the proxies that the environment names. */
export interface HttpClient {
  fetch: Fetch
  close(): Promise<void>
}

/** A server on this machine is never behind a proxy, and people forget to say so. */
const NEVER_PROXIED = ['localhost', '127.0.0.1', '[::1]']

/**
 * Node's own `fetch` gives up on a response that is silent for five minutes, and knows no proxies.
 * A call may be silent for longer, and its time limit is kept elsewhere.
 */
export function openHttpClient(env: Record<string, string | undefined>): HttpClient {
  const noProxy = env.no_proxy ?? env.NO_PROXY ?? ''
  const dispatcher = new EnvHttpProxyAgent({
    httpProxy: env.http_proxy ?? env.HTTP_PROXY ?? '',
    httpsProxy: env.https_proxy ?? env.HTTPS_PROXY ?? '',
    noProxy: [noProxy, ...NEVER_PROXIED].filter((name) => name !== '').join(','),
    headersTimeout: 0,
    bodyTimeout: 0,
  })
  return {
    // The same fetch in two declarations: Node's, and that of the package.
    fetch: (url, init) =>
      fetchWith(url, { ...(init as object), dispatcher }) as unknown as Promise<Response>,
    close: () => dispatcher.destroy(),
  }
}
