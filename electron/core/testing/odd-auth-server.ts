import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

type Answer = { status?: number; headers?: Record<string, string>; body?: unknown }
type Documents = (origin: string) => Record<string, unknown>

export type OddAuthOptions = {
  /** Fields of the authorization server's metadata in place of the good ones; `undefined` removes. */
  metadata?: Documents
  /** The same for the protected resource metadata. */
  resource?: Documents
  /** Answers to paths, in place of what is answered otherwise. */
  answers?: Record<string, (body: string, query: URLSearchParams) => Answer | Promise<Answer>>
}

/** What reached `/token`, `/register` or `/revoke`. */
export type Posted = { path: string; form: URLSearchParams; authorization: string | undefined }

/** An authorization server that agrees to everything, but for what the test says, and its `/mcp`. */
export interface OddAuthServer extends AsyncDisposable {
  readonly origin: string
  readonly mcpUrl: string
  readonly posted: Posted[]
  /** Paths asked for by GET. */
  readonly read: string[]
}

export async function openOddAuthServer(options: OddAuthOptions = {}): Promise<OddAuthServer> {
  const posted: Posted[] = []
  const read: string[] = []
  const server = createServer((request, response) => void serve(request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const usual = usualAnswers(origin, options)

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const { pathname, searchParams } = new URL(request.url ?? '', origin)
    const text = Buffer.concat(chunks).toString()
    const form = new URLSearchParams(text)
    const { authorization } = request.headers
    if (request.method === 'POST') posted.push({ path: pathname, form, authorization })
    else read.push(pathname)
    const answer = (options.answers?.[pathname] ?? usual[pathname])?.(text, searchParams) ?? {
      status: 404,
    }
    const { status = 200, headers = {}, body = {} } = await answer
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  }

  const close = async () => {
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  }
  return { origin, mcpUrl: `${origin}/mcp`, posted, read, [Symbol.asyncDispose]: close }
}

function usualAnswers(origin: string, { metadata, resource }: OddAuthOptions) {
  let count = 0
  const answers: NonNullable<OddAuthOptions['answers']> = {
    '/.well-known/oauth-protected-resource/mcp': () => ({
      body: { resource: `${origin}/mcp`, authorization_servers: [origin], ...resource?.(origin) },
    }),
    '/.well-known/oauth-authorization-server': () => ({
      body: {
        issuer: origin,
        authorization_endpoint: `${origin}/authorize`,
        token_endpoint: `${origin}/token`,
        registration_endpoint: `${origin}/register`,
        revocation_endpoint: `${origin}/revoke`,
        response_types_supported: ['code'],
        code_challenge_methods_supported: ['S256'],
        ...metadata?.(origin),
      },
    }),
    '/register': (asked) => ({
      status: 201,
      body: { ...(JSON.parse(asked) as object), client_id: 'registered' },
    }),
    '/token': () => {
      count += 1
      const tokens = { access_token: `access-${count}`, refresh_token: `refresh-${count}` }
      return { body: { ...tokens, token_type: 'Bearer', expires_in: 3600 } }
    },
    '/revoke': () => ({}),
  }
  return answers
}
