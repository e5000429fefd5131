import { Validator } from '@seriousme/openapi-schema-validator'
import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { isObject, type JsonObject } from '../json-rpc.ts'
import { echoServer } from '../testing/echo-definition.ts'
import { openWebUiSpecs } from '../testing/open-web-ui.ts'
import { openOpenApi, type OpenApiDocument } from '../testing/openapi-probe.ts'
import { configFileOf, startTempCore } from '../testing/temp-core.ts'
import { openApiDocument } from './openapi-document.ts'

async function problemsOf(document: object): Promise<unknown> {
  const { valid, errors } = await new Validator().validate(structuredClone(document) as never)
  return valid ? null : errors
}

const PARTS = {
  ...{ address: 'default', version: '1.0.0', instructions: undefined, oauth: null, tools: [] },
  url: 'https://tools.example/metamcp/default/api',
  auth: { apiKey: true, queryParam: false },
}

test('the document of a live endpoint is valid, with every tool of its list', async () => {
  await using core = await startTempCore({
    file: configFileOf([echoServer({ tools: 20, conformance: true, instructions: 'Echoes.' })]),
  })
  const document = await openOpenApi(core).document()
  expect(await problemsOf(document)).toBeNull()
  const { paths, servers, info } = document
  expect(servers).toEqual([{ url: `${core.url}/metamcp/default/api` }])
  expect(info).toMatchObject({ title: 'MetaMCP: default', version: '0.0.0-test' })
  const [count] = await core.admin.namespaces.summaries.query()
  expect(Object.keys(paths)).toHaveLength(count?.tools ?? 0)
  for (const [path, { post }] of Object.entries(paths)) expect(path).toBe(`/${post.operationId}`)
  const add = paths['/echo__add']?.post
  expect(add?.description).toBe('Adds two numbers')
  expect(add?.requestBody).toMatchObject({
    required: true,
    content: { 'application/json': { schema: { required: ['a', 'b'] } } },
  })
  expect(add?.responses['200']?.content?.['application/json'].schema).toMatchObject({
    properties: { sum: { type: 'number' } },
  })
  // What takes nothing has no body, and what takes anything has one.
  expect(paths['/echo__fail']?.post.requestBody).toBeUndefined()
  expect(paths['/echo__reflect']?.post.requestBody).toMatchObject({ required: false })
}, 60_000)

test('each way for a credential is a scheme of its own, any of which will do', async () => {
  const schemesOf = (document: object) =>
    Object.keys((document as Shown).components.securitySchemes)
  const all = openApiDocument({
    ...PARTS,
    auth: { apiKey: true, queryParam: true },
    oauth: {
      authorizationUrl: 'https://tools.example/authorize',
      tokenUrl: 'https://tools.example/token',
      scope: 'mcp offline',
    },
  })
  expect(await problemsOf(all)).toBeNull()
  expect(schemesOf(all)).toEqual(['bearer', 'apiKey', 'apiKeyInQuery', 'oauth'])
  expect(all.security).toEqual([
    { bearer: [] },
    { apiKey: [] },
    { apiKeyInQuery: [] },
    { oauth: ['mcp', 'offline'] },
  ])
  const open = openApiDocument({ ...PARTS, auth: { apiKey: false, queryParam: true } })
  expect(await problemsOf(open)).toBeNull()
  expect(schemesOf(open)).toEqual([])
  expect(open.security).toEqual([])
})

test('where accounts let clients in, it says where tokens are to be had', async () => {
  const file = configFileOf([], { auth: { apiKey: false, oauth: true } })
  await using core = await startTempCore({ auth: 'accounts', file, publicUrl: 'https://x.example' })
  const { url, token } = core.local
  const answer = await fetch(`${url}/metamcp/default/api/openapi.json`)
  // Nobody reads it without one.
  expect(answer.status).toBe(401)
  expect(answer.headers.get('www-authenticate')).toContain('resource_metadata=')
  const headers = { authorization: `Bearer ${token}` }
  const read = await fetch(`${url}/metamcp/default/api/openapi.json`, { headers })
  const document = (await read.json()) as Shown & { servers: object[] }
  expect(await problemsOf(document)).toBeNull()
  expect(document.servers).toEqual([{ url: 'https://x.example/metamcp/default/api' }])
  const { oauth, ...others } = document.components.securitySchemes as Record<string, object>
  expect(others).toEqual({})
  expect(oauth).toMatchObject({
    type: 'oauth2',
    flows: { authorizationCode: { tokenUrl: 'https://x.example/api/auth/oauth2/token' } },
  })
}, 60_000)

test('whatever a server says of its tools, the document is valid', async () => {
  const tools = [
    { name: 'a b/{c}', inputSchema: { $ref: '#/nowhere' } },
    { name: 'twice', description: 'first' },
    { name: 'twice', description: 'second' },
    { name: '', description: 'no name' },
    { name: 7 },
    {
      name: 'odd',
      title: 3,
      description: null,
      annotations: 'x',
      inputSchema: [],
      outputSchema: 4,
    },
    { name: 'hint', annotations: { title: 'Hinted' }, inputSchema: { type: 'array' } },
    {
      name: 'wild',
      inputSchema: { properties: { a: { type: 'any', $ref: 5, properties: [] } }, required: {} },
      outputSchema: { type: 'object', anyOf: 'x', items: [{ $id: 'x' }], discriminator: 1 },
    },
  ]
  const document = openApiDocument({ ...PARTS, tools }) as OpenApiDocument
  expect(await problemsOf(document)).toBeNull()
  expect(Object.keys(document.paths)).toEqual([
    ...['/a%20b%2F%7Bc%7D', '/twice', '/odd', '/hint', '/wild'],
  ])
  expect(document.paths['/hint']?.post.summary).toBe('Hinted')
})

test('what real servers say of hundreds of tools is valid, and their parameters are all told', async () => {
  const file = new URL('../../../bench/search/tools.jsonl', import.meta.url)
  const lines = (await readFile(file, 'utf8')).trim().split('\n')
  const tools = lines.map((line) => {
    const { source, tool } = JSON.parse(line) as { source: string; tool: JsonObject }
    return { ...tool, name: `${source}__${String(tool.name)}` }
  })
  expect(tools.length).toBeGreaterThan(300)
  const document = openApiDocument({ ...PARTS, tools })
  expect(await problemsOf(document)).toBeNull()
  const namesIn = (schema: unknown) => {
    return isObject(schema) && isObject(schema.properties) ? Object.keys(schema.properties) : []
  }
  const told = openWebUiSpecs(document)
  expect(told.map(({ name, parameters }) => [name, namesIn(parameters)])).toEqual(
    tools.map(({ name, ...tool }) => [name, namesIn((tool as JsonObject).inputSchema)]),
  )
  expect(JSON.stringify(told)).not.toContain('"$ref"')
}, 60_000)

type Shown = { components: { securitySchemes: object } }
