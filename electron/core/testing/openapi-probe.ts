import type { JsonObject } from '../json-rpc.ts'
import type { TempCore } from './temp-core.ts'

type OpenApiAnswer = { status: number; headers: Headers; text: string; json: JsonObject }

type Sent = {
  method?: string
  headers?: Record<string, string>
  /** What is posted, as JSON unless it is a text; `undefined` posts no body. */
  body?: unknown
  key?: string | null
}

/** Asks the OpenAPI face of an endpoint as a program would that knows HTTP alone. */
export function openOpenApi(core: TempCore, endpoint = 'default') {
  const base = `${core.url}/metamcp/${endpoint}/api`

  async function send(path: string, sent: Sent = {}): Promise<OpenApiAnswer> {
    const { method = 'POST', body, key = core.key } = sent
    const response = await fetch(`${base}/${path}`, {
      method,
      headers: {
        ...(key !== null && { authorization: `Bearer ${key}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...sent.headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await response.text()
    const { status, headers } = response
    return { status, headers, text, json: text === '' ? {} : (JSON.parse(text) as JsonObject) }
  }

  return {
    base,
    send,
    call: (tool: string, args: object = {}) => send(tool, { body: args }),
    async document(): Promise<OpenApiDocument> {
      const { json } = await send('openapi.json', { method: 'GET' })
      return json as OpenApiDocument
    },
  }
}

export type OpenApiDocument = JsonObject & {
  paths: Record<string, { post: OpenApiOperation }>
  components: JsonObject
}

type OpenApiOperation = JsonObject & {
  operationId: string
  requestBody?: { required: boolean; content: { 'application/json': { schema: JsonObject } } }
  responses: Record<string, { content?: { 'application/json': { schema: JsonObject } } }>
}
