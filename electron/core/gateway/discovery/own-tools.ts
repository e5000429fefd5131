import { isObject, type JsonObject } from '../../json-rpc.ts'
import { parseJson } from '../../json.ts'
import { ORIGIN, type Listed } from '../catalog.ts'
import { quote, UnknownName, unknownTool } from '../unknown.ts'

/** How our two tools are called on an endpoint. */
export type OwnNames = { search: string; call: string }

const SEARCH = 'search_tools'
const CALL = 'call_tool'

const RESULTS = 5
const MOST_RESULTS = 20
/** Named after them, without their schemas: people's words lead to the first few not always. */
const ALSO = 5

/** Characters of definitions in one answer: about 10,000 tokens. */
const MAX_FOUND = 40_000
/** Of the description of a tool for which there is no room. */
const MAX_BRIEF = 200

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
          limit: {
            ...{ type: 'integer', minimum: 1, maximum: MOST_RESULTS, default: RESULTS },
            description: 'How many come with their inputSchema.',
          },
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

/** What a search is for, and how many to look for and to show whole; `null`: nothing to search. */
export function readSearch({ arguments: said }: JsonObject) {
  const { query, limit = RESULTS } = isObject(said) ? said : {}
  if (typeof query !== 'string' || query.trim() === '') return null
  const count = Number(limit)
  const isCount = Number.isInteger(count) && count >= 1
  const whole = isCount ? Math.min(count, MOST_RESULTS) : RESULTS
  return { query, whole, limit: whole + ALSO }
}

/** The parameters of the call that is meant: all that came with it stays; `null`: no tool is. */
export function readCall(params: JsonObject): (JsonObject & { name: string }) | null {
  const { arguments: said, ...rest } = params
  const inner = isObject(said) ? said : {}
  if (typeof inner.name !== 'string') return null
  const given = inner.arguments
  return {
    ...{ ...rest, name: inner.name },
    ...(given !== undefined && { arguments: typeof given === 'string' ? parsed(given) : given }),
  }
}

/** A result, since models are shown those; many clients keep an error of the protocol to themselves. */
export function refused({ search, call }: OwnNames, name: string): JsonObject {
  const text =
    name === search
      ? `${search} takes a "query": in a few words, what the tool is to do.`
      : `${call} takes the "name" of a tool that ${search} found, and its "arguments".`
  return { content: [{ type: 'text', text }], isError: true }
}

/** Nobody has a tool of that name: a model is told of those whose names are alike. */
export function noSuchTool(
  name: string,
  alike: readonly JsonObject[],
  { search }: OwnNames,
): UnknownName {
  const names = alike.map((tool) => String(tool.name)).join(', ')
  const hint = names === '' ? `${search} finds those that are there.` : `Perhaps: ${names}`
  const unknown = unknownTool(name)
  return new UnknownName(unknown.code, `${unknown.message}. ${hint}`)
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

type Search = { query: string; whole: number }

/**
 * What was found, for programs and, as text, for models: so many whole, as far as they fit into an
 * answer, and the others without their schemas.
 */
export function foundResult(
  tools: readonly JsonObject[],
  { query, whole: max }: Search,
): JsonObject {
  let length = 0
  let areCut = false
  const shown = tools.map((tool, at) => {
    const whole = compact(tool)
    const size = JSON.stringify(whole).length
    // The first is whole in any case: it could not be called else.
    if (at > 0 && (at >= max || length + size > MAX_FOUND)) {
      areCut = true
      return brief(tool)
    }
    length += size
    return whole
  })
  const found: JsonObject = { tools: shown }
  if (tools.length === 0) found.note = `Nothing fits "${quote(query)}". Try other words, or fewer.`
  if (areCut) found.note = 'For the inputSchema of one that comes without, search for its name.'
  return { content: [{ type: 'text', text: JSON.stringify(found) }], structuredContent: found }
}

/** What a model needs to call it, and to know what a call may do. */
function compact({ name, title, description, inputSchema, annotations }: JsonObject): JsonObject {
  const { $schema: _, ...schema } = isObject(inputSchema) ? inputSchema : {}
  return {
    name,
    ...(title !== undefined && { title }),
    ...(description !== undefined && { description }),
    inputSchema: schema,
    ...(annotations !== undefined && { annotations }),
  }
}

function brief({ name, description }: JsonObject): JsonObject {
  if (typeof description !== 'string') return { name }
  const isLong = description.length > MAX_BRIEF
  return { name, description: isLong ? `${description.slice(0, MAX_BRIEF)}…` : description }
}
