import type { FetchLike } from '@modelcontextprotocol/client'
import { AppError } from '../errors.ts'
import { ADDRESS_NOT_ALLOWED } from '../outbound.ts'

const TIME_LIMIT_MS = 10_000
const MAX_ANSWER_BYTES = 1024 * 1024
const LOOPBACK = /^(localhost|.+\.localhost|127(\.\d{1,3}){3}|\[::1\])$/

export function isLoopback({ hostname }: URL): boolean {
  return LOOPBACK.test(hostname)
}

/**
 * Why a URL that belongs to a sign-in on `server` may not be used; `null` when it may. Secrets go
 * over TLS or stay on this machine, and a server elsewhere must not send us to what runs here.
 */
export function refusalOf(url: URL, server: URL): string | null {
  if (isLoopback(url)) {
    if (!isLoopback(server)) return `"${url.origin}" is on this machine, and the server is not`
    return /^https?:$/.test(url.protocol) ? null : `"${url.protocol}" is neither http nor https`
  }
  return url.protocol === 'https:' ? null : `"${url.origin}" is not https`
}

/**
 * Requests of a sign-in on `server`: only where they may go, for at most 10 s and 1 MB of answer.
 * Redirects are left to the SDK, which stays within the origin and comes back here with each.
 * Rejects AppError `unavailable` with a sentence.
 */
export function openSafeFetch(fetch: FetchLike, server: URL): FetchLike {
  return async (input, init) => {
    const url = new URL(input)
    const refusal = refusalOf(url, server)
    if (refusal !== null)
      throw new AppError('unavailable', `It names an unsafe address: ${refusal}.`)
    const signal = AbortSignal.timeout(TIME_LIMIT_MS)
    try {
      const response = await fetch(url, { ...init, redirect: 'manual', signal })
      const body = await readWithin(response, url)
      const { status, headers } = response
      // A response of these may have no body, not even an empty one.
      return new Response([204, 205, 304].includes(status) ? null : body, { status, headers })
    } catch (error) {
      if (error instanceof AppError) throw error
      throw new AppError('unavailable', notReached(url, error), { cause: error })
    }
  }
}

async function readWithin(response: Response, url: URL): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength
    if (bytes > MAX_ANSWER_BYTES) {
      throw new AppError('unavailable', `"${url.origin}" answered with more than 1 MB.`)
    }
    chunks.push(chunk)
  }
  return new Uint8Array(Buffer.concat(chunks))
}

function notReached({ origin, hostname }: URL, error: unknown): string {
  if (error instanceof Error && error.name === 'TimeoutError') {
    return `"${origin}" did not answer within ${TIME_LIMIT_MS / 1_000} s.`
  }
  const code = codeOf(error)
  if (code === ADDRESS_NOT_ALLOWED) {
    return `"${hostname}" is not on the public internet, and nobody signs in elsewhere here. The operator can allow it with --allow-private-addresses.`
  }
  return `"${origin}" could not be reached${code === null ? '' : ` (${code})`}.`
}

/** Of the request itself, or of what `fetch` hides behind it. */
function codeOf(error: unknown): string | null {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    const code: unknown = Reflect.get(at, 'code')
    if (typeof code === 'string') return code
  }
  return null
}
