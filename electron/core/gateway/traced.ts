import type { Connection } from '../connections/connection.ts'
import type { JsonObject } from '../json-rpc.ts'
import type { Span, Tracer } from '../tracer.ts'
import type { Call, Handler } from './call.ts'

/** A handler whose calls are told as spans; the same one where nobody collects them. */
export function traced(tracer: Tracer | undefined, handle: Handler): Handler {
  if (!tracer) return handle
  return (call) => {
    const { endpoint, method, params, version } = call
    const span = tracer.begin(endpoint, { method, params, version })
    return within(span, call.signal, () => handle({ ...call, span }))
  }
}

type Asked = {
  place: { server: string; connection: Connection }
  call: Call
  params: JsonObject
}

/** One request to a server: a span within its call, which the server is told. */
export function tracedRequest(
  { place: { server, connection }, call, params }: Asked,
  request: (params: JsonObject) => Promise<JsonObject>,
): Promise<JsonObject> {
  if (!call.span) return request(params)
  const { method, signal } = call
  const version = String(connection.hello.protocolVersion)
  const asked = { method, params, version, isProcess: connection.pid !== null }
  const span = call.span.ask(server, asked)
  return within(span, signal, () => request(span.carry(params)))
}

async function within(
  span: Span,
  signal: AbortSignal,
  work: () => Promise<JsonObject>,
): Promise<JsonObject> {
  try {
    const result = await work()
    span.end({ result, error: null, wasCancelled: false })
    return result
  } catch (error) {
    span.end({ result: null, error, wasCancelled: signal.aborted })
    throw error
  }
}
