import type { IncomingMessage } from 'node:http'
import type { InspectorTarget } from '../../../shared/inspector.ts'
import type { Endpoint } from '../gateway/endpoint.ts'
import type { Gateway } from '../gateway/gateway.ts'
import { readCredential } from './credentials.ts'
import type { Exchange } from './exchange.ts'
import { refuse, type HttpRefusal } from './refusal.ts'

/** Who a credential belongs to, or why it opens nothing here. */
export type Verdict = { caller: string } | 'unknown' | 'forbidden'

export type AdmissionOptions = {
  gateway: Gateway
  /** Judges the credential of a call on an endpoint; null stands for none. */
  authenticate: (credential: string | null, endpoint: Endpoint) => Verdict
  /** The way in for outside inspectors. */
  proxy: {
    visit: (target: InspectorTarget) => Endpoint | undefined
    /** Who manages with this credential; `null` for everybody else. */
    authenticate: (credential: string | null) => string | null
  }
}

type Pair = Pick<Exchange, 'request' | 'response'>

/** Who may come in by which address. */
export function openAdmission({ gateway, authenticate, proxy }: AdmissionOptions) {
  return { client, manager }

  /** Throws `HttpRefusal` where there is no such endpoint, or its caller may not use it. */
  function client(name: string, text: string, pair: Pair): Exchange {
    const { request } = pair
    const endpoint = gateway.endpoint(name)
    if (!endpoint) throw noSuchEndpoint()
    const query = new URLSearchParams(text)
    const caller = requireCaller(request, endpoint, query)
    const checkAgain = () => {
      if (endpoint.isGone) throw noSuchEndpoint()
      requireCaller(request, endpoint, query)
    }
    const hasHeader = readCredential(request, null) !== null
    const queryKey = hasHeader || !endpoint.auth.queryParam ? null : query.get('api_key')
    return { ...pair, endpoint, caller, query, queryKey, checkAgain }
  }

  /** Throws `HttpRefusal` for whoever does not manage, and where no such thing is saved. */
  function manager(target: InspectorTarget, text: string, pair: Pair): Exchange {
    const check = () => {
      const caller = proxy.authenticate(readCredential(pair.request, null))
      if (caller === null) throw managersOnly()
      const endpoint = proxy.visit(target)
      if (!endpoint) throw refuse(404, `There is no ${target.kind} of this id`)
      return { caller, endpoint }
    }
    const checkAgain = () => void check()
    return { ...pair, ...check(), query: new URLSearchParams(text), queryKey: null, checkAgain }
  }

  function requireCaller(
    request: IncomingMessage,
    endpoint: Endpoint,
    query: URLSearchParams,
  ): string {
    const search = endpoint.auth.queryParam ? query : null
    const verdict = authenticate(readCredential(request, search), endpoint)
    if (verdict === 'forbidden') throw refuse(403, 'This API key may not use this endpoint')
    if (verdict !== 'unknown') return verdict.caller
    const text =
      'An API key is needed: send it as "Authorization: Bearer sk_mt_…" or as "X-API-Key".'
    throw refuse(401, text, { 'www-authenticate': 'Bearer realm="MetaMCP"' })
  }
}

function managersOnly(): HttpRefusal {
  const text = 'Inspecting takes the admin token: send it as "Authorization: Bearer …".'
  return refuse(401, text, { 'www-authenticate': 'Bearer realm="MetaMCP"' })
}

function noSuchEndpoint(): HttpRefusal {
  return refuse(404, 'There is no endpoint of this name')
}
