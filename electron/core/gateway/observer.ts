import type { ClientFace } from '../connections/connection.ts'
import type { JsonObject } from '../json-rpc.ts'
import type { KeptPayload } from '../kept-payload.ts'
import type { Call, Handler } from './call.ts'
import { ORIGIN, type Origin } from './catalog.ts'

/** Who is there: a session, or a request of the modern era. */
export type Visit = { endpoint: string; caller: string; client: Pick<ClientFace, 'info'> }

/** Something that a client had a server do. */
type FinishedCall = {
  /** The server that it was for, also where that was not asked; `null` when there is none. */
  server: string | null
  method: string
  /** The tool or prompt as clients name it, or the resource's URI. */
  name: string
  /** As the client sent them; `undefined` where it sent none. */
  arguments: unknown
  /** Milliseconds since 1970. */
  at: number
  ms: number
  /** One of the two is `null`. */
  result: JsonObject | null
  error: unknown
  /** The client did not wait for it. */
  wasCancelled: boolean
  /** What a middleware of the namespace wants kept of it; `null` for nothing. */
  kept: KeptPayload | null
}

/** Told, on the path of the calls, of what clients do: it takes notes and goes. */
export interface Observer {
  /** A session began; call what is returned when it ends. */
  opened(visit: Visit): () => void
  /** It asked for something; with `tools` for the list, which had so many. */
  asked(visit: Visit, tools: number | null): void
  called(visit: Visit, call: FinishedCall): void
}

/** Methods that count as calls, and the parameter that names what is called. */
const CALLS = new Map([
  ['tools/call', 'name'],
  ['prompts/get', 'name'],
  ['resources/read', 'uri'],
])

/** Runs a request, and tells of it when it is over. A question on the way is no end. */
export async function observed(
  observer: Observer,
  call: Call,
  handle: Handler,
): Promise<JsonObject> {
  if (!CALLS.has(call.method)) {
    const result = await handle(call)
    observer.asked(call, call.method === 'tools/list' ? lengthOf(result.tools) : null)
    return result
  }
  const { method, params } = call
  const route: NonNullable<Call['route']> = { server: null }
  const at = Date.now()
  const begun = performance.now()
  const finish = (result: JsonObject | null, error: unknown) => {
    const ms = performance.now() - begun
    const { name, arguments: given } = route.meant ?? meantBy(method, params)
    observer.called(call, {
      ...{ server: route.server, method, name, arguments: given, at, ms, result, error },
      wasCancelled: call.signal.aborted,
      kept: route.kept ?? null,
    })
  }
  try {
    const result = await handle({ ...call, route })
    if (result.resultType !== 'input_required') finish(result, null)
    return result
  } catch (error) {
    finish(null, error)
    throw error
  }
}

type Refused = Pick<Call, 'method' | 'params'> & { error: unknown }

/** Where a call would have gone. */
interface Place {
  readonly name: string
  readonly observer: Observer | undefined
  tool(name: string): Promise<(JsonObject & { [ORIGIN]?: Origin }) | undefined>
}

/** Tells of a call that was refused before it began. Resolves also where that cannot be told. */
export async function tellRefused(
  place: Place,
  visit: Omit<Visit, 'endpoint'>,
  { method, params, error }: Refused,
): Promise<void> {
  const { observer, name: endpoint } = place
  if (!observer || !CALLS.has(method)) return
  const at = Date.now()
  const meant = meantBy(method, params)
  const isTool = method === 'tools/call'
  const tool = isTool ? await place.tool(meant.name).catch(() => undefined) : undefined
  const server = tool?.[ORIGIN]?.server ?? null
  const ended = { at, ms: 0, result: null, error, wasCancelled: false, kept: null }
  observer.called({ ...visit, endpoint }, { server, method, ...meant, ...ended })
}

/** What a client calls, in its own words. */
function meantBy(method: string, params: JsonObject): { name: string; arguments: unknown } {
  const name = params[CALLS.get(method) ?? '']
  return { name: typeof name === 'string' ? name : '', arguments: params.arguments }
}

function lengthOf(list: unknown): number | null {
  return Array.isArray(list) ? list.length : null
}
