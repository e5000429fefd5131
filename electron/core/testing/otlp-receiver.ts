import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json, text } from 'node:stream/consumers'

/** A span as OTLP has it in JSON, its attributes as one object. */
type ReceivedSpan = {
  traceId: string
  spanId: string
  parentSpanId?: string
  name: string
  kind: number
  status: { code?: number; message?: string }
  attributes: Record<string, unknown>
}

type Attribute = { key: string; value: Record<string, unknown> }
type Received = {
  resourceSpans: {
    resource: { attributes: Attribute[] }
    scopeSpans: { spans: (Omit<ReceivedSpan, 'attributes'> & { attributes: Attribute[] })[] }[]
  }[]
}

export interface OtlpReceiver extends AsyncDisposable {
  /** For OTEL_EXPORTER_OTLP_ENDPOINT. */
  readonly url: string
  /** In the order in which they ended. */
  readonly spans: ReceivedSpan[]
  /** Of who sends, as it said last. */
  resource(): Record<string, unknown>
  /** All that came, as text. */
  raw(): string
}

/** A collector of traces: OTLP over HTTP, in JSON. */
export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const spans: ReceivedSpan[] = []
  const bodies: Received[] = []
  const server = createServer((request, response) => {
    if (request.url !== '/v1/traces') return void response.writeHead(404).end()
    void json(request).then((body) => {
      const received = body as Received
      bodies.push(received)
      for (const { scopeSpans } of received.resourceSpans) {
        for (const one of scopeSpans.flatMap((scope) => scope.spans)) {
          spans.push({ ...one, attributes: flat(one.attributes) })
        }
      }
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
    })
  })
  const { url, close } = await listen(server)
  const resource = () => flat(bodies.at(-1)?.resourceSpans[0]?.resource.attributes ?? [])
  const raw = () => JSON.stringify(bodies)
  return { url, spans, resource, raw, [Symbol.asyncDispose]: close }
}

export interface HeaderRecorder extends AsyncDisposable {
  readonly url: string
  /** The headers of the last request whose body has this text. */
  of(part: string): IncomingHttpHeaders | undefined
}

/** What stands before an HTTP server, passes all on, and keeps the headers of each request. */
export async function recordHeaders(target: string): Promise<HeaderRecorder> {
  const seen: { headers: IncomingHttpHeaders; body: string }[] = []
  const server = createServer((request, response) => {
    void text(request)
      .then(async (body) => {
        const { method = 'GET', headers } = request
        seen.push({ headers, body })
        const { host: _, connection: __, 'content-length': ___, ...kept } = headers
        const answer = await fetch(target, {
          method,
          headers: kept as Record<string, string>,
          ...(body !== '' && { body }),
        })
        response.writeHead(answer.status, Object.fromEntries(answer.headers))
        for await (const chunk of answer.body ?? []) response.write(chunk)
        response.end()
      })
      .catch(() => response.destroy())
  })
  const { url, close } = await listen(server)
  return {
    url: `${url}/mcp`,
    of: (part) => seen.findLast(({ body }) => body.includes(part))?.headers,
    [Symbol.asyncDispose]: close,
  }
}

async function listen(server: Server): Promise<{ url: string; close: () => Promise<void> }> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const close = async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return { url: `http://127.0.0.1:${port}`, close }
}

function flat(attributes: readonly Attribute[]): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]))
}
