import { isObject, type JsonObject } from '../json-rpc.ts'
import { openSchemaWriter } from './openapi-schemas.ts'

/** Where tokens are to be had, and what they are to be good for. */
export type TokenPlace = { authorizationUrl: string; tokenUrl: string; scope: string }

type DocumentParts = {
  /** The endpoint's address, as in `/metamcp/<address>/api`. */
  address: string
  version: string
  /** What the servers say of themselves. */
  instructions: string | undefined
  /** Where the paths begin, without a slash at its end. */
  url: string
  auth: { apiKey: boolean; queryParam: boolean }
  /** `null` where no client is let in by a person. */
  oauth: TokenPlace | null
  tools: readonly JsonObject[]
}

/**
 * An endpoint's tools as a document of OpenAPI 3.1: one operation for each, called as the tool is
 * and answered at `POST /<tool>`. What reads it (models, above all) sees each tool once, so that the
 * way by GET, which some have as well, is not in it.
 */
export function openApiDocument(parts: DocumentParts): JsonObject {
  const { address, version, instructions, url, tools } = parts
  const write = openSchemaWriter()
  const named = tools.flatMap((tool) =>
    typeof tool.name === 'string' && tool.name !== '' ? [[tool.name, tool] as const] : [],
  )
  const schemes = schemesOf(parts)
  const paths = [...new Map(named)].map(([name, tool]) => [
    `/${encodeURIComponent(name)}`,
    { post: operationOf(name, tool, write) },
  ])
  return {
    openapi: '3.1.0',
    info: {
      title: `MetaMCP: ${address}`,
      version,
      ...(instructions !== undefined && { description: instructions }),
    },
    servers: [{ url }],
    security: Object.entries(schemes).map(([name, { scopes }]) => ({ [name]: scopes })),
    paths: Object.fromEntries(paths) as JsonObject,
    components: {
      ...COMPONENTS,
      securitySchemes: Object.fromEntries(
        Object.entries(schemes).map(([name, { scheme }]) => [name, scheme]),
      ),
    },
  }
}

type Scheme = { scheme: JsonObject; scopes: string[] }

/** The ways in which a credential may come, any of which will do. */
function schemesOf({ auth, oauth }: DocumentParts): Record<string, Scheme> {
  const byKey = { scheme: { type: 'http', scheme: 'bearer' }, scopes: [] }
  const inHeader = { scheme: { type: 'apiKey', in: 'header', name: 'X-API-Key' }, scopes: [] }
  const inQuery = { scheme: { type: 'apiKey', in: 'query', name: 'api_key' }, scopes: [] }
  return {
    ...(auth.apiKey && { bearer: byKey, apiKey: inHeader }),
    ...(auth.apiKey && auth.queryParam && { apiKeyInQuery: inQuery }),
    ...(oauth && { oauth: byOAuth(oauth) }),
  }
}

function byOAuth({ authorizationUrl, tokenUrl, scope }: TokenPlace): Scheme {
  const scopes = Object.fromEntries(scope.split(' ').map((one) => [one, 'To call tools']))
  const flows = { authorizationCode: { authorizationUrl, tokenUrl, scopes } }
  return { scheme: { type: 'oauth2', flows }, scopes: Object.keys(scopes) }
}

function operationOf(
  name: string,
  { title, description, annotations, inputSchema, outputSchema }: JsonObject,
  write: (schema: unknown) => JsonObject,
): JsonObject {
  const summary = [title, isObject(annotations) ? annotations.title : undefined].find(isText)
  const input = write(inputSchema)
  return {
    operationId: name,
    ...(summary !== undefined && { summary }),
    ...(isText(description) && { description }),
    // Where nothing can be said, clients are to send nothing: some refuse to send an empty object.
    ...(takesArguments(input) && { requestBody: bodyOf(input) }),
    responses: {
      '200': {
        description: 'What the tool answered',
        content: jsonOf(isObject(outputSchema) ? write(outputSchema) : ANYTHING),
      },
      ...REFUSALS,
    },
  }
}

function bodyOf(input: JsonObject): JsonObject {
  const isRequired = Array.isArray(input.required) && input.required.length > 0
  return { required: isRequired, content: jsonOf({ ...input, type: 'object' }) }
}

/** What may name something that a tool takes. */
const NAMING = [
  'patternProperties',
  'allOf',
  'anyOf',
  'oneOf',
  'if',
  'dependentSchemas',
  'required',
]

/** Whether a tool with such an input can be told anything. */
export function takesArguments(schema: unknown): boolean {
  if (!isObject(schema)) return false
  const { properties, additionalProperties, $ref } = schema
  if (isObject(properties) && Object.keys(properties).length > 0) return true
  if (additionalProperties === true || isObject(additionalProperties) || isText($ref)) return true
  return NAMING.some((key) => {
    const value = schema[key]
    return Array.isArray(value) ? value.length > 0 : isObject(value)
  })
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

function jsonOf(schema: JsonObject): JsonObject {
  return { 'application/json': { schema } }
}

/** Of a tool that promises nothing: see `bodyOf` in openapi-answer.ts. */
const ANYTHING = {
  description:
    'The structured content where there is some. Else the text: as JSON where that is an object or a list, as a string where it is not. What is more than one text comes as {"content": […]}, in the shapes of MCP.',
}

const refusal = (name: string) => ({ $ref: `#/components/responses/${name}` })

const REFUSALS = {
  '400': refusal('WrongArguments'),
  '401': refusal('NotLetIn'),
  '403': refusal('NotAllowed'),
  '404': refusal('NoSuchTool'),
  '422': refusal('ToolFailed'),
  '429': refusal('TooManyCalls'),
  '502': refusal('ServerDown'),
  '503': refusal('ServerBusy'),
  '504': refusal('TookTooLong'),
  default: refusal('Refused'),
}

const error = (description: string, headers?: JsonObject) => ({
  description,
  ...(headers && { headers }),
  content: jsonOf({ $ref: '#/components/schemas/Error' }),
})

const RETRY_AFTER = {
  'Retry-After': { description: 'Seconds to wait', schema: { type: 'integer', minimum: 1 } },
}

const COMPONENTS = {
  schemas: {
    Error: {
      type: 'object',
      required: ['error'],
      properties: {
        error: {
          type: 'object',
          required: ['code', 'message'],
          properties: {
            code: { type: 'integer', description: 'As JSON-RPC and MCP number them' },
            message: { type: 'string', description: 'For people and models' },
            data: { description: 'More about it, such as the server and the reason' },
          },
        },
      },
    },
    ToolFailure: {
      type: 'object',
      description: 'What the tool said, in the shapes of MCP',
      required: ['content', 'isError'],
      properties: {
        content: { type: 'array', items: { type: 'object' } },
        structuredContent: { type: 'object' },
        isError: { type: 'boolean', const: true },
      },
    },
  },
  responses: {
    WrongArguments: error('The body is not JSON, or the arguments are not what the tool takes'),
    NotLetIn: error('A key or token is needed, or the one that came is not good'),
    NotAllowed: error('This key may not use this endpoint'),
    NoSuchTool: error('There is no such endpoint or tool, or it is switched off'),
    ToolFailed: {
      description: 'The tool ran, and failed',
      content: jsonOf({ $ref: '#/components/schemas/ToolFailure' }),
    },
    TooManyCalls: error('There were too many calls in a minute', RETRY_AFTER),
    ServerDown: error('The server of the tool is down, or answered with an error'),
    ServerBusy: error('The server of the tool has as many connections as it may', RETRY_AFTER),
    TookTooLong: error('The tool took longer than it may'),
    Refused: error('Anything else'),
  },
}
