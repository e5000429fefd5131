import {
  Client as ClientV2,
  StreamableHTTPClientTransport as TransportV2,
} from '@modelcontextprotocol/client'
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { ElicitRequestSchema, ResultSchema } from '@modelcontextprotocol/sdk/types.js'
import { REVISIONS, type Era } from './pairs.ts'

export type JsonObject = Record<string, unknown>

/** A client at our endpoint, the same to the scenarios in both eras. */
export interface Peer extends AsyncDisposable {
  /** Every tool as the list has it, also one that the SDK would leave out. */
  tools(): Promise<{ name: string; inputSchema: unknown }[]>
  call(name: string, args: JsonObject): Promise<JsonObject>
  request(method: string, params?: JsonObject): Promise<JsonObject>
  /** What happens before it says yes, without content, to a server that asks its user something. */
  onElicitation(before: () => Promise<unknown>): void
}

const INFO = { name: 'conformance-client', version: '1.0.0' }

export function connect(era: Era, url: URL): Promise<Peer> {
  return era === 'legacy' ? connectLegacy(url) : connectModern(url)
}

/** SDK v1, which stops at revision 2025-11-25. */
async function connectLegacy(url: URL): Promise<Peer> {
  const capabilities = { elicitation: { form: { applyDefaults: true } } }
  const client = new ClientV1(INFO, { capabilities })
  let before = (): Promise<unknown> => Promise.resolve()
  client.setRequestHandler(ElicitRequestSchema, async () => {
    await before()
    return { action: 'accept', content: {} }
  })
  const transport = new TransportV1(url)
  // The SDK's own types disagree under exactOptionalPropertyTypes; it is one class for all its users.
  await client.connect(transport as Parameters<ClientV1['connect']>[0])
  const request = (method: string, params: JsonObject = {}) =>
    client.request({ method, params } as never, ResultSchema)
  return {
    tools: async () => (await request('tools/list')).tools as Awaited<ReturnType<Peer['tools']>>,
    call: (name, args) => client.callTool({ name, arguments: args }),
    request,
    onElicitation: (next) => (before = next),
    async [Symbol.asyncDispose]() {
      await transport.terminateSession().catch(() => undefined)
      await client.close()
    },
  }
}

const validate = (value: unknown) => ({ value: value as JsonObject })
const ANYTHING = { '~standard': { version: 1 as const, vendor: 'metamcp', validate } }

/** SDK v2, which speaks nothing but revision 2026-07-28 here. */
async function connectModern(url: URL): Promise<Peer> {
  const versionNegotiation = { mode: { pin: REVISIONS.modern } }
  const capabilities = { elicitation: { form: {} } }
  const client = new ClientV2(INFO, { versionNegotiation, capabilities })
  let before = (): Promise<unknown> => Promise.resolve()
  client.setRequestHandler('elicitation/create', async () => {
    await before()
    return { action: 'accept', content: {} }
  })
  await client.connect(new TransportV2(url))
  const request = (method: string, params: JsonObject = {}) =>
    client.request({ method, params } as never, ANYTHING) as Promise<JsonObject>
  return {
    async tools() {
      // Its own list tells the SDK which arguments go into headers.
      await client.listTools()
      return (await request('tools/list'))['tools'] as Awaited<ReturnType<Peer['tools']>>
    },
    call: (name, args) => client.callTool({ name, arguments: args }),
    request,
    onElicitation: (next) => (before = next),
    [Symbol.asyncDispose]: () => client.close(),
  }
}
