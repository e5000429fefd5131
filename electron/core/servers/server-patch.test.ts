import { expect, test } from 'vitest'
import { serverDefinition, type ServerInput, type ServerPatch } from '../../../shared/server.ts'
import { patchServer } from './server-patch.ts'

const stdio = serverDefinition.parse({
  name: 'local',
  type: 'STDIO',
  command: 'npx',
  args: ['-y', 'it'],
  env: { KEY: 'stored', OTHER: 'too' },
  cwd: '/srv',
  idleMs: 5,
} satisfies ServerInput)

const remote = serverDefinition.parse({
  name: 'remote',
  type: 'SSE',
  url: 'https://example.com/sse',
  headers: { 'X-Team': 'stored' },
  bearerToken: 'stored-token',
} satisfies ServerInput)

test.each<[string, ServerPatch, object]>([
  ['nothing', {}, {}],
  ['undefined, as a form sends it', { name: undefined, env: undefined }, {}],
  ['one field', { description: 'new' }, { description: 'new' }],
  ['to a value that is falsy', { enabled: false, idleMs: 0 }, { enabled: false, idleMs: 0 }],
  [
    'env: a kept, a new one, and one that goes',
    { env: { KEY: null, NEW: 'n' } },
    { env: { KEY: 'stored', NEW: 'n' } },
  ],
  ['env: a new value', { env: { KEY: 'new', OTHER: null } }, { env: { KEY: 'new', OTHER: 'too' } }],
  ['env: none', { env: {} }, { env: {} }],
  ['env: an empty value is a value', { env: { KEY: '' } }, { env: { KEY: '' } }],
  ['cwd: none', { cwd: null }, { cwd: null }],
])('changes %s and keeps the rest', (_, patch, changed) => {
  expect(patchServer(stdio, patch)).toEqual({ ...stdio, ...changed })
})

test('a bearer token stays until it is replaced or removed', () => {
  expect(patchServer(remote, { url: 'http://a/' })).toMatchObject({ bearerToken: 'stored-token' })
  expect(patchServer(remote, { bearerToken: 'b' })).toMatchObject({ bearerToken: 'b' })
  expect(patchServer(remote, { bearerToken: null })).toMatchObject({ bearerToken: null })
})

test('an OAuth client is replaced as a whole, but for a secret that is kept, or removed', () => {
  const oauth = { clientId: 'c', clientSecret: 'stored', scope: 'a b' }
  const client = { ...remote, oauth } as typeof remote
  expect(patchServer(client, { description: 'new' })).toMatchObject({ oauth })
  expect(patchServer(client, { oauth: { clientId: 'd', clientSecret: null } })).toMatchObject({
    oauth: { clientId: 'd', clientSecret: 'stored' },
  })
  expect(patchServer(client, { oauth: { scope: 'c' } })).toHaveProperty('oauth', { scope: 'c' })
  expect(patchServer(client, { oauth: null })).toEqual(remote)
})

test('a change of type drops what the other type had, secrets too', () => {
  const changed = patchServer(stdio, { type: 'STREAMABLE_HTTP', url: 'https://example.com/mcp' })
  const { command: _, args: __, env: ___, cwd: ____, ...common } = stdio as Record<string, unknown>
  const fresh = { url: 'https://example.com/mcp', headers: {}, bearerToken: null }
  expect(changed).toEqual({ ...common, type: 'STREAMABLE_HTTP', ...fresh })
  expect(patchServer(remote, { type: 'STREAMABLE_HTTP' })).toEqual({
    ...remote,
    type: 'STREAMABLE_HTTP',
  })
})

// Shows: oauth-client-metadata-document-form
test.each<[string, ServerPatch, string]>([
  [
    'a document without a path',
    { oauth: { clientMetadataUrl: 'https://a.example/' } },
    'oauth.clientMetadataUrl: must be an https URL with a path',
  ],
  [
    'a document without TLS',
    { oauth: { clientMetadataUrl: 'http://a.example/x.json' } },
    'oauth.clientMetadataUrl: must be an https URL with a path',
  ],
  [
    'a client secret that is not there to be kept',
    { oauth: { clientId: 'c', clientSecret: null } },
    'oauth.clientSecret: has no stored value',
  ],
  ['a client secret alone', { oauth: { clientSecret: 's' } }, 'oauth.clientSecret: goes with a'],
  ['scopes that are none', { oauth: { scope: 'a  b' } }, 'oauth.scope: is not a list of scopes'],
  [
    'a secret that is not there to be kept',
    { env: { NONE: null } },
    'env.NONE: has no stored value that could be kept',
  ],
  [
    'a name that every object has',
    { env: { constructor: null } },
    'env.constructor: has no stored value',
  ],
  ['a field of another type', { url: 'https://example.com' }, 'url: is not a known field'],
  ['a type whose fields are missing', { type: 'SSE' }, 'url: expected string'],
  ['a header for a stdio server', { headers: { A: null } }, 'headers.A: has no stored value'],
])('refuses %s', (_, patch, text) => {
  expect(() => patchServer(patch.oauth ? remote : stdio, patch)).toThrow(text)
})
