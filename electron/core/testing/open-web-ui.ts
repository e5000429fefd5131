import type { JsonObject } from '../json-rpc.ts'

type Json = JsonObject
type Spec = {
  name: string
  description: string
  parameters: { properties: Json; required: string[] }
}

/**
 * What Open WebUI's backend does with a tool server: reads `<url>/openapi.json` with the key as a
 * bearer, makes a function of each operation with an `operationId`, resolves the references that it
 * knows of, and posts the arguments that a model has chosen. Written after its behaviour, oddities
 * included; references in the shape of `#/components/…` alone are followed.
 */
export async function openWebUi(url: string, key: string) {
  const headers = {
    'content-type': 'application/json',
    authorization: `Bearer ${key}`,
    'user-agent': 'Python/3.11 aiohttp/3.11.2',
  }
  const answer = await fetch(`${url}/openapi.json`, { headers })
  if (answer.status !== 200) throw new Error(`HTTP error ${answer.status}`)
  const document = (await answer.json()) as Json
  const operations = operationsOf(document)

  async function call(name: string, params: Json): Promise<unknown> {
    const found = operations.find(({ operation }) => operation.operationId === name)
    if (!found) return { error: `No matching route found for operationId: ${name}` }
    const { path, method, operation } = found
    const takesBody = operation.requestBody !== undefined
    // Releases before 0.6 refuse that.
    if (takesBody && Object.keys(params).length === 0) return { error: 'Request body expected' }
    const body = JSON.stringify(takesBody ? params : {})
    const response = await fetch(url + path, { method: method.toUpperCase(), headers, body })
    const text = await response.text()
    if (response.status >= 400) return { error: `HTTP error ${response.status}: ${text}` }
    if (response.headers.get('content-type') !== 'application/json') return { error: 'no JSON' }
    return JSON.parse(text) as unknown
  }

  return { call, specs: openWebUiSpecs(document) }
}

/** What it tells a model of the tools in a document. Throws where it gives up the whole document. */
export function openWebUiSpecs(document: Json): Spec[] {
  return operationsOf(document).map(({ operation }) => specOf(operation, document))
}

const METHODS = new Set(['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'])

function operationsOf({ paths }: Json) {
  return Object.entries(paths as Record<string, Record<string, Json>>).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([method, { operationId }]) => METHODS.has(method) && operationId !== undefined)
      .map(([method, operation]) => ({ path, method, operation })),
  )
}

function specOf({ operationId, description, summary, requestBody }: Json, document: Json): Spec {
  const content = (requestBody as { content?: Record<string, { schema: Json }> })?.content
  const schema = content?.['application/json']?.schema
  const resolved = schema ? resolve(schema, document.components as Json, new Set()) : {}
  return {
    name: String(operationId),
    description: String(description ?? summary ?? 'No description available.'),
    parameters: {
      properties: (resolved.properties ?? {}) as Json,
      required: (resolved.required ?? []) as string[],
    },
  }
}

/** A name that was met before in the same run counts as one that contains itself. */
function resolve(schema: Json | boolean, components: Json, met: Set<string>): Json {
  if (schema === false) return {}
  if (schema === true) throw new TypeError("argument of type 'bool' is not iterable")
  if (typeof schema.$ref === 'string') {
    const [, ...steps] = schema.$ref.replace(/^#?\/?|\/$/g, '').split('/')
    const name = steps.at(-1) ?? ''
    if (met.has(name)) return {}
    met.add(name)
    const found = steps.reduce<unknown>((at, step) => (at as Json | undefined)?.[step], components)
    return resolve((found ?? {}) as Json, components, met)
  }
  const resolved = structuredClone(schema)
  const properties = (resolved.properties ?? {}) as Record<string, Json>
  for (const [name, one] of Object.entries(properties)) {
    properties[name] = resolve(one, components, new Set())
  }
  if (resolved.items) resolved.items = resolve(resolved.items as Json, components, new Set())
  for (const key of ['oneOf', 'anyOf', 'allOf']) {
    const list = resolved[key]
    if (Array.isArray(list))
      resolved[key] = list.map((one) => resolve(one as Json, components, met))
  }
  return resolved
}
