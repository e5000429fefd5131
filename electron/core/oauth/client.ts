import {
  registerClient,
  type FetchLike,
  type OAuthClientInformationMixed,
  type OAuthClientMetadata,
} from '@modelcontextprotocol/client'
import { AppError, messageOf } from '../errors.ts'
import { fillReferences } from '../references.ts'
import type { SignInPlace } from './discovery.ts'
import { failureText } from './failure-text.ts'
import type { RemoteServer } from './own-credentials.ts'
import { isLoopback } from './safe-fetch.ts'
import type { Client } from './sign-in.ts'

type Environment = Record<string, string | undefined>

export type ClientRequest = {
  server: RemoteServer
  place: SignInPlace
  /** What an authorization server knew us as before, on behalf of this server. */
  known: Client | null
  redirectUrl: string
  scope: string | null
  env: Environment
  fetch: FetchLike
  /** In ms since 1970. */
  now: number
}

/**
 * Who we are at an authorization server, in the order of the specification (2026-07-28, "Client
 * Registration"): as the definition says, by a metadata document, or registered now.
 */
export async function findClient(request: ClientRequest): Promise<Client> {
  const { server, place, known, redirectUrl, env } = request
  const { issuer, metadata } = place
  const { clientId, clientMetadataUrl } = server.oauth ?? {}
  const base = { issuer, redirectUrl }
  if (clientId !== undefined) {
    const information = { client_id: filled('clientId', clientId, env) }
    refuseMove(information.client_id, { issuer, known })
    return { ...base, kind: 'static', information }
  }
  const takesDocuments = metadata.client_id_metadata_document_supported === true
  if (clientMetadataUrl !== undefined && takesDocuments) {
    return { ...base, kind: 'document', information: { client_id: clientMetadataUrl } }
  }
  if (known && isUsable(known, request)) return known
  if (metadata.registration_endpoint === undefined) {
    throw new AppError(
      'unavailable',
      `Its authorization server "${issuer}" lets no one register. Register a client there by hand, with the redirect URI ${redirectUrl}, and put its id into the server's oauth.clientId.`,
    )
  }
  return { ...base, kind: 'registered', information: await register(request) }
}

/** What to identify as now: the secret of a static client is in the definition, and may change. */
export function informationOf(
  client: Client,
  server: RemoteServer,
  env: Environment,
): OAuthClientInformationMixed {
  const { client_id, client_secret, token_endpoint_auth_method } = client.information
  const { clientSecret } = server.oauth ?? {}
  const secret =
    client.kind !== 'static'
      ? client_secret
      : clientSecret === undefined
        ? undefined
        : filled('clientSecret', clientSecret, env)
  return {
    client_id,
    ...(secret !== undefined && { client_secret: secret }),
    ...(token_endpoint_auth_method !== undefined && { token_endpoint_auth_method }),
  }
}

/** A client that a person registered belongs to one authorization server, whatever the id looks like. */
function refuseMove(id: string, { issuer, known }: { issuer: string; known: Client | null }): void {
  if (known?.kind !== 'static' || known.information.client_id !== id) return
  if (known.issuer === issuer) return
  throw new AppError(
    'conflict',
    `It names another authorization server now, "${issuer}"; its oauth.clientId is that of "${known.issuer}". Sign out to use it there all the same.`,
  )
}

function isUsable(known: Client, { place, redirectUrl, now }: ClientRequest): boolean {
  const { client_secret_expires_at: expires = 0 } = known.information
  if (known.kind !== 'registered' || (expires > 0 && expires * 1_000 < now)) return false
  return known.issuer === place.issuer && known.redirectUrl === redirectUrl
}

async function register({ place, redirectUrl, scope, fetch }: ClientRequest) {
  const { metadata, issuer } = place
  const methods = metadata.token_endpoint_auth_methods_supported ?? ['none']
  const [method = 'none'] = ['none', 'client_secret_basic', 'client_secret_post'].filter((one) =>
    methods.includes(one),
  )
  const clientMetadata: OAuthClientMetadata = {
    client_name: 'MetaMCP',
    redirect_uris: [redirectUrl],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    application_type: isLoopback(new URL(redirectUrl)) ? 'native' : 'web',
    token_endpoint_auth_method: method,
  }
  try {
    const asked = scope === null ? {} : { scope }
    // Deprecated since 2026-07-28, and what most authorization servers have.
    return await registerClient(issuer, { metadata, clientMetadata, ...asked, fetchFn: fetch })
  } catch (error) {
    throw new AppError('unavailable', failureText(error), { cause: error })
  }
}

/** Names the field as well: nothing else tells where to look. */
function filled(field: string, text: string, env: Environment): string {
  try {
    return fillReferences(text, env)
  } catch (error) {
    const words = `The server's oauth.${field} cannot be filled in. ${messageOf(error)}`
    throw new AppError('invalid', words, { cause: error })
  }
}
