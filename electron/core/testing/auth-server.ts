import { once } from 'node:events'
import { createServer, request as ask } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { scopesOf } from './access-tokens.ts'
import { ISSUER_PATH, openAuthProvider } from './auth-provider.ts'
import { startEchoHttp } from './echo-definition.ts'

/** An MCP server behind OAuth 2.1 and its authorization server, in one HTTP server on loopback. */
export interface AuthServer extends AsyncDisposable {
  readonly issuer: string
  /** The address of the MCP server. */
  readonly mcpUrl: string
  /** Requests so far, as `POST /api/auth/oauth2/token`. */
  readonly seen: string[]
  /** What came as a bearer token; empty where nothing came. */
  readonly tokens: ReadonlySet<string>
  /** All access tokens of now count as expired; refreshing is up to the client. */
  expire(): void
  /** The person's access was taken back: neither access nor refresh tokens of now are good. */
  revoke(): void
  /** What calls need beside `echo:read`: the server answers 403 `insufficient_scope` without. */
  needs: string | null
}

/** `echo:read` is asked for in the challenge; with `needs`, one scope more for `tools/call`. */
export async function startAuthServer(): Promise<AuthServer> {
  await using made = new AsyncDisposableStack()
  const echo = made.use(await startEchoHttp())
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  made.defer(async () => {
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  })
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const places = { origin, issuer: `${origin}${ISSUER_PATH}`, mcpUrl: `${origin}/mcp` }
  const provider = openAuthProvider(origin, places.mcpUrl)
  const locked = openLock(places, echo.url)
  const seen: string[] = []
  server.on('request', (request, response) => {
    const { pathname } = new URL(request.url ?? '', origin)
    seen.push(`${request.method} ${request.url}`)
    if (pathname === '/mcp') void locked.serve(request, response)
    else if (pathname === METADATA_PATH) {
      response.setHeader('content-type', 'application/json').end(describe(places))
    } else provider.handle(request, response)
  })
  const owned = made.move()
  return Object.assign(locked, {
    ...{ ...places, seen },
    revoke() {
      locked.expire()
      provider.revokeAll()
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  })
}

const METADATA_PATH = '/.well-known/oauth-protected-resource/mcp'

type Places = Pick<AuthServer, 'issuer' | 'mcpUrl'> & { origin: string }

/** Protected resource metadata (RFC 9728). */
function describe({ issuer, mcpUrl }: Places): string {
  const scopes_supported = ['echo:read', 'echo:write']
  return JSON.stringify({ resource: mcpUrl, authorization_servers: [issuer], scopes_supported })
}

/** Lets requests through to the server at `inner` that bring a good token. */
function openLock({ origin, issuer, mcpUrl }: Places, inner: string) {
  const used = new Set<string>()
  const spent = new Set<string>()

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const token = request.headers.authorization?.replace(/^Bearer /, '') ?? ''
    used.add(token)
    const scopes = spent.has(token) ? null : await scopesOf(token, { issuer, audience: mcpUrl })
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks)
    if (!scopes) return challenge(response, 401, 'scope="echo:read"')
    const { needs } = lock
    if (needs !== null && body.includes('"tools/call"') && !scopes.includes(needs)) {
      return challenge(response, 403, `error="insufficient_scope", scope="${needs}"`)
    }
    forward(request, { body, response, to: new URL(inner) })
  }

  function challenge(response: ServerResponse, status: number, words: string): void {
    const header = `Bearer ${words}, resource_metadata="${origin}${METADATA_PATH}"`
    response.writeHead(status, { 'www-authenticate': header }).end()
  }

  const lock = {
    needs: null as string | null,
    serve,
    tokens: used as ReadonlySet<string>,
    expire: () => used.forEach((token) => spent.add(token)),
  }
  return lock
}

type Forwarded = { body: Buffer; response: ServerResponse; to: URL }

/** Passes a request on to the server that is protected, without the token, which is not for it. */
function forward({ method, headers }: IncomingMessage, { body, response, to }: Forwarded): void {
  const { authorization: _, host: __, ...rest } = headers
  const asked = ask(
    to,
    { method, headers: { ...rest, 'content-length': body.length } },
    (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    },
  )
  asked.on('error', () => response.destroy())
  response.on('close', () => asked.destroy())
  asked.end(body)
}
