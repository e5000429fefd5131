import type { EchoOffer, EchoOptions } from './echo-options.ts'
import type { JsonObject } from './echo-wire.ts'

const NOTHING: EchoOffer = { tools: [], prompts: [], resources: [], resourceTemplates: [] }
const APP_URI = 'ui://echo/app'
const nothing = { type: 'object', properties: {} }
const anything = { type: 'object', additionalProperties: true }

/** Its own, unless left out, `also`, the generated and the given ones. */
export function echoOffer(options: EchoOptions, also: EchoOffer = NOTHING): EchoOffer {
  const own = options.bare ? [] : ownTools()
  const generated = Array.from({ length: options.tools ?? 0 }, (_, index) => generatedTool(index))
  return {
    tools: [...own, ...also.tools, ...generated, ...(options.extraTools ?? [])],
    prompts: [
      ...(options.bare ? [] : ownPrompts()),
      ...also.prompts,
      ...(options.extraPrompts ?? []),
    ],
    resources: [
      ...(options.bare ? [] : ownResources()),
      ...also.resources,
      ...(options.extraResources ?? []),
    ],
    resourceTemplates: [...(options.bare ? [] : ownTemplates()), ...also.resourceTemplates],
  }
}

function ownTools(): JsonObject[] {
  return [
    tool('echo', 'Says it back', object({ message: 'string' })),
    {
      ...tool('add', 'Adds two numbers', object({ a: 'number', b: 'number' })),
      outputSchema: object({ sum: 'number' }),
      annotations: { readOnlyHint: true, 'x-annotation': 1 },
    },
    tool('reflect', 'What reached the server: id and params', anything),
    tool('slow', 'Takes steps, with progress', object({ steps: 'number', stepMs: 'number' }, [])),
    tool('hold', 'Answers once `free` is called with its key', object({ key: 'string' })),
    tool('free', 'Lets a held call go', object({ key: 'string' })),
    tool('never', 'Is never answered', nothing),
    tool('big', 'A text of that many bytes', object({ bytes: 'number' })),
    tool('fail', 'A result with isError', nothing),
    tool('throw', 'A JSON-RPC error with data', anything),
    tool('log', 'Sends log messages', object({ message: 'string', count: 'number' }, [])),
    tool('change_tools', 'Adds a tool and says so', nothing),
    tool('touch', 'Says to subscribers that a resource was updated', object({ uri: 'string' })),
    tool('ask', 'Sends a request to the client and returns its answer', anything),
    tool('spawn', 'Starts a child that ignores SIGTERM', anything),
    tool('state', 'pid, what was cancelled, what runs, and what is known of the client', nothing),
    tool('env', 'Environment, arguments and folder of the process', nothing),
    tool('exit', 'Ends the process', object({ code: 'number', stderr: 'string' }, [])),
    ...moreTools(),
  ]
}

function moreTools(): JsonObject[] {
  const asks = 'Sends requests to the client and returns the answers:'
  return [
    tool('reflect_raw', 'The message as it stood on the wire', anything),
    tool(
      'unknown_content',
      'Types, fields and numbers nobody knows',
      object({ bytes: 'number', resultType: 'string' }, []),
    ),
    {
      ...tool('app', 'Has a user interface', nothing),
      _meta: { ui: { resourceUri: APP_URI, visibility: ['model', 'app'] } },
    },
    tool('ask_many', `${asks} several at once`, anything),
    tool('ask_twice', `${asks} one after the other`, anything),
    tool('ask_later', 'Asks when no call is in flight; `asked` tells the answer', anything),
    tool('asked', 'The answers to what was asked outside of calls', nothing),
    tool('again', 'Wants to be called so many times more', object({ times: 'number' }, [])),
    tool('url_required', 'Wants a URL to be visited first', anything),
    tool('complete_url', 'Says that it was', anything),
    tool('slow_task', 'Like `slow`, in the background if the client can follow', anything),
    tool('flood', 'Many messages and steps in one go', object({ count: 'number' }, [])),
    tool('drop_stream', 'Breaks off the stream it is answered on, and goes on', anything),
    tool('change_prompts', 'Adds a prompt and says so', nothing),
    tool('change_resources', 'Adds a resource and says so', nothing),
    tool('end_streams', "Ends the clients' streams for its own messages", anything),
    tool('garbage_now', 'Writes what is no message', nothing),
    tool('unsolicited', 'Sends what nobody asked for', nothing),
  ]
}

function tool(name: string, description: string, inputSchema: JsonObject): JsonObject {
  return { name, description, inputSchema, 'x-vendor': { kept: [1, { deep: true }] } }
}

function object(fields: Record<string, string>, required = Object.keys(fields)): JsonObject {
  const properties = Object.fromEntries(
    Object.entries(fields).map(([key, type]) => [key, { type }]),
  )
  return { type: 'object', properties, required }
}

/** As long and as nested as the tools of real servers are: about 1 KB each. */
function generatedTool(index: number): JsonObject {
  const number = String(index).padStart(3, '0')
  const filter = {
    type: 'object',
    description: 'Only what matches all of these.',
    properties: {
      state: { type: 'string', enum: ['open', 'closed', 'all'], default: 'open' },
      labels: { type: 'array', items: { type: 'string' }, maxItems: 20 },
      since: { type: 'string', format: 'date-time', description: 'Changed after this moment.' },
    },
    additionalProperties: false,
  }
  return {
    name: `tool_${number}`,
    title: `Tool ${number}`,
    description: `Searches collection ${number} and returns the matching entries, newest first. Use it when you know words that an entry contains; to read a single entry whose id you know, ask for that entry instead.`,
    inputSchema: {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      properties: {
        query: { type: 'string', minLength: 1, description: 'Words to look for.' },
        filter,
        limit: { type: 'integer', minimum: 1, maximum: 100, default: 20 },
        cursor: { type: 'string', description: 'From an earlier answer, for the next page.' },
      },
      required: ['query'],
    },
    annotations: { readOnlyHint: true, openWorldHint: false },
    'x-vendor': { index },
  }
}

function ownPrompts(): JsonObject[] {
  const named = [{ name: 'name', description: 'Whom to greet', required: true }]
  return [
    { name: 'greet', description: 'A greeting', arguments: named, 'x-vendor': 'prompt' },
    { name: 'plain', description: 'No arguments' },
  ]
}

function ownResources(): JsonObject[] {
  return [
    { uri: 'echo://text', name: 'text', mimeType: 'text/plain', 'x-vendor': 'resource' },
    { uri: 'echo://blob', name: 'blob', mimeType: 'application/octet-stream', size: 3 },
    { uri: 'echo://page', name: 'page', mimeType: 'text/html' },
    { uri: APP_URI, name: 'app', mimeType: 'text/html;profile=mcp-app' },
  ]
}

function ownTemplates(): JsonObject[] {
  return [{ uriTemplate: 'echo://items/{id}', name: 'item', 'x-vendor': 'template' }]
}
