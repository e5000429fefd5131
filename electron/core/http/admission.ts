import type { IncomingMessage } from 'node:http'
import type { InspectorTarget } from '../../../shared/inspector.ts'
import type { Endpoint } from '../gateway/endpoint.ts'
import type { Gateway } from '../gateway/gateway.ts'
import { readCredential } from './credentials.ts'
import type { Exchange } from './exchange.ts'
import { refuse, type HttpRefusal } from './refusal.ts'

/** Who a credential belongs to, or why it opens nothing here. */
export type Verdict =
  | { caller: string }
  | 'unknown'
  | 'forbidden'
  /** A token that is good for other things. */
  | 'scope'
  /** Whoever it belongs to may not know of the endpoint. */
  | 'missing'

/** What a request shows of its sender; `null` stands for nothing. */
export type Shown = {
  credential: string | null
  isInQuery: boolean
  /** Its hash as an API key, once somebody has asked: it is wanted twice for each request. */
  keyHash?: string
}

export type AdmissionOptions = {
  gateway: Gateway
  /** Judges the credential of a call on an endpoint. */
  authenticate: (shown: Shown, endpoint: Endpoint) => Verdict
  /**
   * Whether an endpoint of that name, which is none, is to be taken for one that its owner keeps to
   * itself: who knows the address of one could find the others by trying names.
   */
  hides: (name: string, credential: string | null) => boolean
  /** Where tokens for an endpoint are to be had; `null`: nowhere. */
  challenge: (endpoint: Endpoint, face: 'mcp' | 'sse') => { metadata: string; scope: string } | null
  /** The way in for outside inspectors. */
  proxy: {
    visit: (target: InspectorTarget) => Endpoint | undefined
    /** Who manages with this credential; `null` for everybody else. */
    authenticate: (credential: string | null) => string | null
  }
}

/** The two addresses of HTTP+SSE. */
const SSE = /^\/metamcp\/[^/]+\/(sse|message)(\?|$)/

type Pair = Pick<Exchange, 'request' | 'response'>

/** Who may come in by which address. */
export function openAdmission(options: AdmissionOptions) {
  const { gateway, authenticate, proxy } = options
  return { client, manager }

  /** Throws `HttpRefusal` where there is no such endpoint, or its caller may not use it. */
  function client(name: string, text: string, pair: Pair): Exchange {
    const { request } = pair
    const endpoint = gateway.endpoint(name)
    if (!endpoint) throw notHere(name, request)
    const query = new URLSearchParams(text)
    const shown = shownBy(request, endpoint.auth.queryParam ? query : null)
    const caller = requireCaller(request, endpoint, shown)
    const checkAgain = () => {
      if (endpoint.isGone) throw noSuchEndpoint()
      // In an address a credential may not be good any more, either.
      const isAsBefore = !shown.isInQuery || endpoint.auth.queryParam
      requireCaller(request, endpoint, isAsBefore ? shown : shownBy(request, null))
    }
    const queryKey = shown.isInQuery ? shown.credential : null
    return { ...pair, endpoint, caller, query, queryKey, checkAgain }
  }

  /** Throws `HttpRefusal` for whoever does not manage, and where no such thing is saved. */
  function manager(target: InspectorTarget, text: string, pair: Pair): Exchange {
    const check = () => {
      const caller = proxy.authenticate(readCredential(pair.request, null))
      if (caller === null) throw managersOnly('Inspecting takes')
      const endpoint = proxy.visit(target)
      if (!endpoint) throw refuse(404, `There is no ${target.kind} of this id`)
      return { caller, endpoint }
    }
    const checkAgain = () => void check()
    return { ...pair, ...check(), query: new URLSearchParams(text), queryKey: null, checkAgain }
  }

  function notHere(name: string, request: IncomingMessage): HttpRefusal {
    const shown = shownBy(request, null)
    if (!options.hides(name, shown.credential)) return noSuchEndpoint()
    return unauthorized({ auth: KEYS_ALONE }, shown, null)
  }

  function requireCaller(request: IncomingMessage, endpoint: Endpoint, shown: Shown): string {
    const verdict = authenticate(shown, endpoint)
    if (typeof verdict === 'object') return verdict.caller
    if (verdict === 'missing') throw noSuchEndpoint()
    if (verdict === 'forbidden') throw refuse(403, 'This API key may not use this endpoint')
    const challenge = options.challenge(endpoint, SSE.test(request.url ?? '') ? 'sse' : 'mcp')
    throw unauthorized(endpoint, verdict === 'scope' ? 'scope' : shown, challenge)
  }
}

function shownBy(request: IncomingMessage, query: URLSearchParams | null): Shown {
  const inHeader = readCredential(request, null)
  const credential = inHeader ?? readCredential(request, query)
  return { credential, isInQuery: inHeader === null && credential !== null }
}

/**
 * Says where a token is to be had (RFC 9728, section 5.1), what it must be good for, and what was
 * wrong with the one that came (RFC 6750, section 3.1).
 */
function unauthorized(
  { auth }: Pick<Endpoint, 'auth'>,
  shown: Shown | 'scope',
  challenge: ReturnType<AdmissionOptions['challenge']>,
): HttpRefusal {
  const parts = ['realm="MetaMCP"']
  if (challenge) {
    const { metadata, scope } = challenge
    parts.push(`resource_metadata="${metadata}"`, `scope="${scope}"`)
    if (shown === 'scope') parts.push('error="insufficient_scope"')
    else if (shown.credential !== null) parts.push('error="invalid_token"')
  }
  const headers = { 'www-authenticate': `Bearer ${parts.join(', ')}` }
  if (shown === 'scope') return refuse(403, 'This token does not open endpoints', headers)
  const text = challenge ? (auth.apiKey ? EITHER_NEEDED : TOKEN_NEEDED) : KEY_NEEDED
  return refuse(401, text, headers)
}

/** As endpoints begin. */
const KEYS_ALONE = { apiKey: true, oauth: false, queryParam: false }

const KEY_NEEDED =
  'An API key is needed: send it as "Authorization: Bearer sk_mt_…" or as "X-API-Key".'
const TOKEN_NEEDED = 'An access token is needed: let your client sign in.'
const EITHER_NEEDED = `${TOKEN_NEEDED} ${KEY_NEEDED.replace('An', 'Or an')}`

/** `what`: as it begins a sentence. */
export function managersOnly(what: string): HttpRefusal {
  const text = `${what} the admin token: send it as "Authorization: Bearer …".`
  return refuse(401, text, { 'www-authenticate': 'Bearer realm="MetaMCP"' })
}

function noSuchEndpoint(): HttpRefusal {
  return refuse(404, 'There is no endpoint of this name')
}
