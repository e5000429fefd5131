import {
  exchangeAuthorization,
  IssuerMismatchError,
  validateAuthorizationResponseIssuer,
  type FetchLike,
} from '@modelcontextprotocol/client'
import { AppError } from '../errors.ts'
import type { Attempt, Attempts } from './attempts.ts'
import { informationOf } from './client.ts'
import { failureText, knownCode } from './failure-text.ts'
import type { EnvironmentOf, RemoteServer } from './own-credentials.ts'
import { requireBeginner, type Visit } from './returning.ts'
import type { SignInStore } from './sign-in-store.ts'
import { readTokens } from './token-answer.ts'

export type FinishOptions = {
  store: SignInStore
  attempts: Attempts
  fetchFor: (server: URL, serverId: string | null) => FetchLike
  envOf: EnvironmentOf
  /** Who comes back. */
  visit: Visit
  /** The server that an attempt is for, as long as it is there and has the same URL. */
  serverOf: (attempt: Attempt) => RemoteServer | null
  /** In ms since 1970. */
  now: () => number
}

/** An authorization response (RFC 6749, 4.1.2; RFC 9207). */
type Returned = { state: string; iss?: string; code?: string; error?: string }

/**
 * Takes an authorization response: exchanges its code, and stores the tokens. Rejects AppError with
 * a sentence, and nothing is changed then but that the `state` is used up; or `AskAgain`, and not
 * even that.
 */
export async function finishSignIn(
  params: URLSearchParams,
  options: FinishOptions,
): Promise<{ server: RemoteServer; attempt: Attempt }> {
  const returned = readReturn(params)
  const attempt = takeAttempt(returned.state, options)
  const server = options.serverOf(attempt)
  if (!server) {
    throw new AppError('conflict', 'The server was changed or removed meanwhile. Begin again.')
  }
  // Before anything else in the response is looked at: it may come from somebody else.
  checkIssuer(attempt, returned.iss)
  if (returned.code === undefined) throw new AppError('unauthorized', refusalText(returned.error))
  const tokens = await exchange(server, { attempt, code: returned.code }, options)
  if (options.serverOf(attempt) !== server) {
    throw new AppError('conflict', 'The server was changed or removed meanwhile. Begin again.')
  }
  const { url, client } = attempt
  await options.store.put(server.id, { url, client, tokens, needed: null })
  options.attempts.dropFor(server.id)
  return { server, attempt }
}

/** Whoever is not who began it does not use it up, unless it is known to be somebody else. */
function takeAttempt(state: string, { attempts, visit }: FinishOptions): Attempt {
  const attempt = attempts.find(state)
  if (!attempt) {
    throw new AppError(
      'not-found',
      'This sign-in is not under way: it was used already, has expired, or was not begun here. Begin it again.',
    )
  }
  if (visit.accountId !== null) attempts.take(state)
  requireBeginner(attempt, visit)
  attempts.take(state)
  return attempt
}

/** RFC 6749, section 3.1: no parameter comes twice. */
function readReturn(params: URLSearchParams): Returned {
  const names = ['state', 'iss', 'code', 'error'] as const
  if (names.some((name) => params.getAll(name).length > 1) || !params.get('state')) {
    throw new AppError('invalid', 'This is not the return of a sign-in.')
  }
  const given = names.flatMap((name) => {
    const value = params.get(name)
    return value === null ? [] : [[name, value] as const]
  })
  return { state: '', ...Object.fromEntries(given) }
}

function checkIssuer({ place }: Attempt, iss: string | undefined): void {
  const { authorization_response_iss_parameter_supported: isSupported } = place.metadata
  try {
    validateAuthorizationResponseIssuer({
      expectedIssuer: place.issuer,
      issParameterSupported: isSupported === true,
      iss,
    })
  } catch (error) {
    if (!(error instanceof IssuerMismatchError)) throw error
    const text = `The answer does not come from "${place.issuer}", where the sign-in was begun (iss). Nothing was changed. Do not go on with the page that sent you here.`
    throw new AppError('unauthorized', text, { cause: error })
  }
}

function refusalText(error: string | undefined): string {
  if (error === 'access_denied') return 'The access was not granted. Nothing was changed.'
  const code = knownCode(error)
  const why = code === null ? '' : ` (${code})`
  return `The authorization server did not grant access${why}. Nothing was changed.`
}

async function exchange(
  server: RemoteServer,
  { attempt, code }: { attempt: Attempt; code: string },
  { fetchFor, envOf, now }: FinishOptions,
) {
  const { url, place, client, scope, codeVerifier } = attempt
  const { issuer, metadata, resource } = place
  try {
    const answer = await exchangeAuthorization(issuer, {
      metadata,
      clientInformation: informationOf(client, server, envOf(server)),
      authorizationCode: code,
      // It was checked above, with a sentence of ours.
      iss: issuer,
      codeVerifier,
      redirectUri: client.redirectUrl,
      resource,
      fetchFn: fetchFor(new URL(url), server.id),
    })
    return readTokens(answer, { issuer, client, resource, scope }, now())
  } catch (error) {
    throw new AppError('unavailable', failureText(error), { cause: error })
  }
}
