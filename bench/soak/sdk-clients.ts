import { connectAuto, connectLegacy, connectSse } from '../../electron/core/testing/clients.ts'
import { connectLegacyStdio } from '../../electron/core/testing/stdio-clients.ts'
import {
  headersOf,
  mcpOf,
  openRaw,
  RpcFailure,
  textOf,
  type Caller,
  type Place,
  type Surplus,
  type Wanted,
} from './raw-clients.ts'
import type { Json } from './server.ts'

/** Longer than any call of the soak is waited for: whose signal ends it first. */
const SDK_TIMEOUT_MS = 120_000

export type Opening = { place: Place; dataDir: string; home: string; surplus: Surplus }

/** Kinds of clients, and how one is opened. */
export const CLIENTS: Record<string, (opening: Opening) => Promise<Caller>> = {
  'raw legacy': ({ place, surplus }) => openRaw('legacy', place, surplus),
  'raw modern': ({ place, surplus }) => openRaw('modern', place, surplus),
  async 'SDK v1'(opening) {
    return v1Caller(await connectLegacy(new URL(mcpOf(opening.place)), opening.place.key), opening)
  },
  async 'HTTP+SSE'(opening) {
    const { url, endpoint, key } = opening.place
    return v1Caller(await connectSse(new URL(`${url}/metamcp/${endpoint}/sse`), key), opening)
  },
  OpenAPI: ({ place }) => Promise.resolve(openApi(place)),
  async stdio(opening) {
    const { place, dataDir, home } = opening
    const args = ['--endpoint', place.endpoint, '--data-dir', dataDir]
    return v1Caller(await connectLegacyStdio({ args, env: { HOME: home } }), opening)
  },
  async 'SDK v2'({ place, surplus }) {
    const client = await connectAuto(new URL(mcpOf(place)), place.key)
    const gone = hear(client, surplus)
    return {
      async call({ tool, args, ...how }) {
        const asked = client.callTool({ name: tool, arguments: args }, optionsOf(how))
        return textOf((await saying(asked, gone)) as Json)
      },
      async list(signal) {
        const { tools } = await saying(
          client.listTools({}, { signal, timeout: SDK_TIMEOUT_MS }),
          gone,
        )
        return tools.map(({ name }) => name)
      },
      close: () => client[Symbol.asyncDispose](),
    }
  },
}

/** A client of plain HTTP; it has no connection that could be lost. */
function openApi(place: Place): Caller {
  const url = `${place.url}/metamcp/${place.endpoint}/api`
  const ask = async (path: string, init: RequestInit): Promise<unknown> => {
    const answer = await fetch(`${url}/${path}`, { ...init, headers: headersOf(place) })
    const body = (await answer.json()) as { error?: { message: string } }
    if (answer.ok) return body
    throw new RpcFailure(`HTTP ${answer.status}: ${body.error?.message}`)
  }
  return {
    async call({ tool, args, signal }) {
      return String(await ask(tool, { method: 'POST', body: JSON.stringify(args), signal }))
    },
    async list(signal) {
      const { paths } = (await ask('openapi.json', { signal })) as { paths: object }
      return Object.keys(paths).map((path) => path.slice(1))
    },
    close: () => Promise.resolve(),
  }
}

type V1 = Awaited<ReturnType<typeof connectSse | typeof connectLegacyStdio>>

function v1Caller(client: V1, { surplus }: Opening): Caller {
  const gone = hear(client, surplus)
  return {
    async call({ tool, args, ...how }) {
      const asked = client.callTool({ name: tool, arguments: args }, undefined, optionsOf(how))
      return textOf((await saying(asked, gone)) as Json)
    },
    async list(signal) {
      const { tools } = await saying(
        client.listTools({}, { signal, timeout: SDK_TIMEOUT_MS }),
        gone,
      )
      return tools.map(({ name }) => name)
    },
    close: () => client[Symbol.asyncDispose](),
  }
}

function optionsOf({ signal, wantsProgress }: Omit<Wanted, 'tool' | 'args'>) {
  const progress = wantsProgress && { onprogress: () => undefined }
  return { signal, timeout: SDK_TIMEOUT_MS, ...progress }
}

/** The SDKs tell answers that nobody waits for as errors; those of calls given up are none. */
function hear(client: { onerror?: unknown; onclose?: unknown }, surplus: Surplus): AbortSignal {
  const gone = new AbortController()
  client.onclose = () => gone.abort(new Error('the connection was closed'))
  client.onerror = ({ message }: Error) => {
    if (message.includes('unknown message ID')) surplus(message.slice(0, 160))
  }
  return gone.signal
}

/** Errors of the protocol as such; any other one is of the way. */
async function saying<T>(asked: Promise<T>, gone: AbortSignal): Promise<T> {
  try {
    return await asked
  } catch (error) {
    gone.throwIfAborted()
    const isRpc =
      error instanceof Error && /^(McpError|ProtocolError)$/.test(error.constructor.name)
    throw isRpc ? new RpcFailure(error.message) : error
  }
}

/** How many answers came to a client that had given up already is no surplus. */
export function forgiving(surplus: Surplus) {
  let givenUp = 0
  return {
    gaveUp: () => void (givenUp += 1),
    surplus(words: string) {
      if (givenUp > 0) givenUp -= 1
      else surplus(words)
    },
  }
}
