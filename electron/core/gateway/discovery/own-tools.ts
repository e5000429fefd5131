import { RpcCode, RpcError, isObject, type JsonObject } from '../../json-rpc.ts'
import { parseJson } from '../../json.ts'
import { ORIGIN, type Listed } from '../catalog.ts'
import { quote } from '../unknown.ts'

/** How our two tools are called on an endpoint. */
export type OwnNames = { search: string; call: string }

const SEARCH = 'search_tools'
const CALL = 'call_tool'

const RESULTS = 5
const MOST_RESULTS = 20

/** Names of servers in a description: enough to know what may be found. */
const MAX_SERVERS = 40

/** Whether a name may be one of ours: most calls need not ask. */
export function maybeOwn(name: unknown): name is string {
  return typeof name === 'string' && (name.endsWith(SEARCH) || name.endsWith(CALL))
}

/** Whether a call asks what there is, so that servers that were never seen are waited for. */
export function maybeSearch(name: unknown): boolean {
  return typeof name === 'string' && name.endsWith(SEARCH)
}

/** A server's tool keeps its name: ours takes another. */
export function ownNames(taken: ReadonlySet<unknown>): OwnNames {
  const free = (name: string): string => (taken.has(name) ? free(`metamcp_${name}`) : name)
  return { search: free(SEARCH), call: free(CALL) }
}

/** The definitions that stand for all the tools. */
export function ownTools(names: OwnNames, tools: readonly Listed[]): JsonObject[] {
  const servers = [...new Set(tools.flatMap((tool) => tool[ORIGIN]?.server ?? []))]
  const shown = servers.slice(0, MAX_SERVERS).join(', ')
  const more = servers.length > MAX_SERVERS ? ' and others' : ''
  return [
    {
      name: names.search,
      title: 'Search tools',
      description:
        `Finds tools by what they do. ${tools.length} tools can be found here, of: ${shown}${more}. ` +
        `Say in a few words what is to be done, then call what was found with ${names.call}.`,
      inputSchema: {
        type: 'object',
        properties: {
          query: { type: 'string', description: 'What the tool is to do, such as "create issue".' },
          limit: { type: 'integer', minimum: 1, maximum: MOST_RESULTS, default: RESULTS },
        },
        required: ['query'],
        additionalProperties: false,
      },
      annotations: { readOnlyHint: true, idempotentHint: true, openWorldHint: false },
    },
    {
      name: names.call,
      title: 'Call a tool',
      description: `Calls a tool that ${names.search} has found. The result is that tool's own.`,
      inputSchema: {
        type: 'object',
        properties: {
          name: { type: 'string', description: `Its name, as ${names.search} tells it.` },
          arguments: { type: 'object', description: 'What its inputSchema asks for.' },
        },
        required: ['name'],
        additionalProperties: false,
      },
    },
  ]
}

/** What a search is for. Throws `RpcError` -32602. */
export function readSearch({ arguments: said }: JsonObject, name: string) {
  const { query, limit = RESULTS } = isObject(said) ? said : {}
  if (typeof query !== 'string' || query.trim() === '') {
    throw new RpcError(RpcCode.invalidParams, `${name} takes a "query": what the tool is to do`)
  }
  const count = Number(limit)
  const isCount = Number.isInteger(count) && count >= 1
  return { query, limit: isCount ? Math.min(count, MOST_RESULTS) : RESULTS }
}

/** The parameters of the call that is meant: all that came with it stays. Throws `RpcError` -32602. */
export function readCall(params: JsonObject, name: string): JsonObject & { name: string } {
  const { arguments: said, ...rest } = params
  const inner = isObject(said) ? said : {}
  if (typeof inner.name !== 'string') {
    throw new RpcError(
      RpcCode.invalidParams,
      `${name} takes the "name" of a tool, and its "arguments"`,
    )
  }
  const given = inner.arguments
  return {
    ...{ ...rest, name: inner.name },
    ...(given !== undefined && { arguments: typeof given === 'string' ? parsed(given) : given }),
  }
}

/** Some models write an object as its JSON. */
function parsed(text: string): unknown {
  try {
    const value = parseJson(text)
    return isObject(value) ? value : text
  } catch {
    return text
  }
}

/** What was found, for programs and, as text, for models. */
export function foundResult(tools: readonly JsonObject[], query: string): JsonObject {
  const found: JsonObject = { tools: tools.map(compact) }
  if (tools.length === 0) found.note = `Nothing fits "${quote(query)}". Try other words, or fewer.`
  return { content: [{ type: 'text', text: JSON.stringify(found) }], structuredContent: found }
}

/** What a model needs to call it. */
function compact({ name, title, description, inputSchema }: JsonObject): JsonObject {
  const { $schema: _, ...schema } = isObject(inputSchema) ? inputSchema : {}
  return {
    name,
    ...(title !== undefined && { title }),
    ...(description !== undefined && { description }),
    inputSchema: schema,
  }
}
