import type { FetchLike } from '@modelcontextprotocol/client'
import type { LookupFunction } from 'node:net'
import { buildConnector, EnvHttpProxyAgent, fetch as fetchWith } from 'undici'
import { ADDRESS_NOT_ALLOWED, type Outbound } from '../outbound.ts'

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
export function openHttpClient(
  env: Record<string, string | undefined>,
  outbound: Outbound | null = null,
): HttpClient {
  const noProxy = env.no_proxy ?? env.NO_PROXY ?? ''
  const dispatcher = new EnvHttpProxyAgent({
    httpProxy: env.http_proxy ?? env.HTTP_PROXY ?? '',
    httpsProxy: env.https_proxy ?? env.HTTPS_PROXY ?? '',
    noProxy: [noProxy, ...NEVER_PROXIED].filter((name) => name !== '').join(','),
    headersTimeout: 0,
    bodyTimeout: 0,
    ...(outbound && { connect: connectWithin(outbound) }),
  })
  return {
    async fetch(url, init) {
      if (outbound) await refuseElsewhere(outbound, url)
      // The same fetch in two declarations: Node's, and that of the package.
      const answer: unknown = await fetchWith(url, { ...(init as object), dispatcher })
      return answer as Response
    },
    close: () => dispatcher.destroy(),
  }
}

/** Connects to the very addresses that were found to be allowed, also after each redirect. */
function connectWithin(outbound: Outbound): buildConnector.connector {
  const lookup: LookupFunction = (hostname, { all }, callback) => {
    outbound.resolve(hostname).then(
      (addresses) => {
        const [first = { address: '', family: 4 }] = addresses
        if (all) callback(null, addresses)
        else callback(null, first.address, first.family)
      },
      (error: NodeJS.ErrnoException) => callback(error, '', 4),
    )
  }
  const connect = buildConnector({ lookup })
  return (options, callback) => {
    try {
      // Numbers are never looked up.
      outbound.refuseLiteral(options.hostname)
    } catch (error) {
      callback(error as Error, null)
      return
    }
    connect(options, callback)
  }
}

/** Beforehand, since a proxy would look up names by itself; one that only it knows is left to it. */
async function refuseElsewhere(outbound: Outbound, url: string | URL): Promise<void> {
  const { hostname } = new URL(url)
  outbound.refuseLiteral(hostname)
  await outbound.resolve(hostname).catch((error: unknown) => {
    if (error instanceof Error && Reflect.get(error, 'code') === ADDRESS_NOT_ALLOWED) throw error
  })
}
