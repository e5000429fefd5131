import {
  Client,
  SSEClientTransport,
  StreamableHTTPClientTransport,
  type OAuthClientMetadata,
  type OAuthClientProvider,
  type OAuthDiscoveryState,
  type StoredOAuthClientInformation,
  type StoredOAuthTokens,
} from '@modelcontextprotocol/client'

/** What a client of SDK v2 keeps of its sign-in, in memory. */
export class MemoryProvider implements OAuthClientProvider {
  readonly redirectUrl: string
  /** What a browser is to be opened with; `null`: nothing yet. */
  opened: URL | null = null
  kept: StoredOAuthTokens | undefined
  client: StoredOAuthClientInformation | undefined
  #verifier = ''
  #discovered: OAuthDiscoveryState | undefined

  constructor(redirectUrl: string) {
    this.redirectUrl = redirectUrl
  }

  /** As programs of today register, without a word on what kind of application they are. */
  get clientMetadata(): OAuthClientMetadata {
    return {
      client_name: 'SDK client',
      redirect_uris: [this.redirectUrl],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
    }
  }

  clientInformation(): StoredOAuthClientInformation | undefined {
    return this.client
  }

  saveClientInformation(client: StoredOAuthClientInformation): void {
    this.client = client
  }

  tokens(): StoredOAuthTokens | undefined {
    return this.kept
  }

  saveTokens(tokens: StoredOAuthTokens): void {
    this.kept = tokens
  }

  redirectToAuthorization(url: URL): void {
    this.opened = url
  }

  saveCodeVerifier(verifier: string): void {
    this.#verifier = verifier
  }

  codeVerifier(): string {
    return this.#verifier
  }

  saveDiscoveryState(state: OAuthDiscoveryState): void {
    this.#discovered = state
  }

  discoveryState(): OAuthDiscoveryState | undefined {
    return this.#discovered
  }

  invalidateCredentials(): void {
    this.kept = undefined
  }
}

/** A client of SDK v2 that signs in as `provider` says; by HTTP+SSE where `url` ends so. */
export async function connectWith(url: URL, provider: MemoryProvider) {
  const isSse = url.pathname.endsWith('/sse')
  const mode = isSse ? 'legacy' : 'auto'
  const Transport = isSse ? SSEClientTransport : StreamableHTTPClientTransport
  const client = new Client({ name: 'sdk', version: '1' }, { versionNegotiation: { mode } })
  await client.connect(new Transport(url, { authProvider: provider }))
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.close() })
}
