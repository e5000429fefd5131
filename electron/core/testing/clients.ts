import {
  Client as ClientV2,
  StreamableHTTPClientTransport as TransportV2,
} from '@modelcontextprotocol/client'
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js'
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js'
import { StreamableHTTPClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js'

const INFO = { name: 'test-client', version: '1.0.0' }

/** A client of the legacy era: SDK v1, which stops at revision 2025-11-25. */
export async function connectLegacy(url: URL, key: string) {
  const client = new ClientV1(INFO)
  const transport = new TransportV1(url, { requestInit: { headers: bearer(key) } })
  // The SDK's own types disagree under exactOptionalPropertyTypes; it is one class for all its users.
  await client.connect(transport as Parameters<ClientV1['connect']>[0])
  return Object.assign(client, {
    [Symbol.asyncDispose]: async () => {
      await transport.terminateSession().catch(() => undefined)
      await client.close()
    },
  })
}

/** A client of both eras: SDK v2, which tries the modern one first. */
export async function connectAuto(url: URL, key: string) {
  const client = new ClientV2(INFO, { versionNegotiation: { mode: 'auto' } })
  await client.connect(new TransportV2(url, { requestInit: { headers: bearer(key) } }))
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.close() })
}

/** A client of HTTP+SSE alone (2024-11-05): SDK v1. `url` is the one that ends in `/sse`. */
export async function connectSse(url: URL, key: string) {
  const client = new ClientV1(INFO)
  const transport = new SSEClientTransport(url, { requestInit: { headers: bearer(key) } })
  await client.connect(transport as Parameters<ClientV1['connect']>[0])
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.close() })
}

function bearer(key: string): Record<string, string> {
  return { authorization: `Bearer ${key}` }
}
