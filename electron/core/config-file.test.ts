import { expect, test } from 'vitest'
import { keyName } from '../../shared/api-key.ts'
import { definitionName } from '../../shared/names.ts'
import { parseConfigFile } from './config-file.ts'

const KEY = `sk_mt_${'a1'.repeat(32)}`
const ENV = { KEY: 'value', CI_KEY: KEY, SHORT: 'sk_mt_short', METAMCP_ADMIN_TOKEN: 'ours' }

const parse = (file: object) => parseConfigFile(JSON.stringify(file), ENV)
const mistakesIn = (text: string): string[] => {
  try {
    parseConfigFile(text, ENV)
  } catch (error) {
    const [intro, ...mistakes] = String(error).split('\n  ')
    expect(intro).toBe('InvalidInput: The config file is not valid:')
    return mistakes
  }
  return []
}

test('a file of every client is read, with comments and trailing commas', () => {
  const text = `\uFEFF{
    // what every client knows
    "mcpServers": {
      "everything": { "command": "npx", "args": ["-y", "it"], "env": { "KEY": "\${KEY}" }, },
      "remote": { "type": "http", "url": "https://example.com/\${KEY}/mcp" }, /* and
      "another": {}, */
    },
  }`
  expect(parseConfigFile(text, ENV)).toEqual({
    mcpServers: {
      // References stay: they are filled in for each connection.
      everything: { command: 'npx', args: ['-y', 'it'], env: { KEY: '${KEY}' } },
      remote: { type: 'http', url: 'https://example.com/${KEY}/mcp' },
    },
    namespaces: {},
    endpoints: {},
    apiKeys: {},
  })
})

test('what is ours is read too, and keys are filled in', () => {
  const file = parse({
    namespaces: {
      work: {
        servers: ['a', { name: 'b', enabled: false }],
        tools: { a__echo: { enabled: false, name: 'say', title: null } },
      },
    },
    endpoints: { work: { namespace: 'work', auth: { queryParam: true }, prefix: false } },
    apiKeys: { 'the CI': { key: '${CI_KEY}', endpoints: ['work'] }, mine: { key: KEY } },
  })
  expect(file.namespaces.work?.servers).toEqual([{ name: 'a' }, { name: 'b', enabled: false }])
  expect(file.namespaces.work?.tools).toEqual({
    a__echo: { enabled: false, name: 'say', title: null },
  })
  expect(file.endpoints.work).toEqual({
    namespace: 'work',
    auth: { queryParam: true },
    prefix: false,
  })
  expect(file.apiKeys).toEqual({ 'the CI': { key: KEY, endpoints: ['work'] }, mine: { key: KEY } })
})

const server = (fields: object) => ({ mcpServers: { s: { command: 'run', ...fields } } })
const remote = (fields: object) => ({ mcpServers: { s: { url: 'https://a.example', ...fields } } })
const namespace = (fields: object) => ({ namespaces: { n: fields } })

test.each<[object, ...string[]]>([
  [[], 'expected object, received array'],
  [{ mcpServer: {} }, 'mcpServer: is not a known field'],
  [server({ isolated: true }), 'mcpServers.s.isolated: is not a known field'],
  [
    server({ isolation: 'none', idleConnections: 11, maxConnections: 0 }),
    'mcpServers.s.isolation: expected one of "auto"|"shared"|"session"',
    'mcpServers.s.idleConnections: Too big: expected number to be <=10',
    'mcpServers.s.maxConnections: Too small: expected number to be >=1',
  ],
  [server({ args: 'one two' }), 'mcpServers.s.args: expected array, received string'],
  [server({ args: ['a', 1] }), 'mcpServers.s.args[1]: expected string, received number'],
  [server({ env: { PORT: 80 } }), 'mcpServers.s.env.PORT: expected string, received number'],
  [server({ env: { A: null } }), 'mcpServers.s.env.A: expected string, received null'],
  [
    server({ env: { 'A=B': 'x' } }),
    'mcpServers.s.env["A=B"]: as a name, it must not be empty nor hold "=" or NUL',
  ],
  [server({ command: '' }), 'mcpServers.s.command: must not be empty'],
  [
    server({ type: 'tcp' }),
    'mcpServers.s.type: expected one of "stdio"|"sse"|"streamable-http"|"http"',
  ],
  [
    server({ startTimeoutMs: 99 }),
    'mcpServers.s.startTimeoutMs: Too small: expected number to be >=100',
  ],
  [server({ url: 'https://a' }), 'mcpServers.s.url: does not go with a stdio server'],
  [server({ headers: {} }), 'mcpServers.s.headers: does not go with a stdio server'],
  [
    server({ type: 'sse' }),
    'mcpServers.s.url: is missing, and a remote server needs it',
    'mcpServers.s.command: does not go with a remote server',
  ],
  [
    remote({ type: 'stdio' }),
    'mcpServers.s.command: is missing, and a stdio server needs it',
    'mcpServers.s.url: does not go with a stdio server',
  ],
  [remote({ env: {} }), 'mcpServers.s.env: does not go with a remote server'],
  [
    remote({ url: 'ftp://a' }),
    'mcpServers.s.url: must be an http or https URL without user and password',
  ],
  [
    remote({ url: 'http://u:p@a' }),
    'mcpServers.s.url: must be an http or https URL without user and password',
  ],
  [
    remote({ headers: { 'a b': 'x' } }),
    'mcpServers.s.headers["a b"]: as a name, it is not an HTTP header name',
  ],
  [remote({ headers: { A: 'x\ny' } }), 'mcpServers.s.headers.A: is not an HTTP header value'],
  [{ mcpServers: { s: {} } }, 'mcpServers.s: needs a "command" or a "url"'],
  [
    { mcpServers: { a__b: { command: 'x' } } },
    'mcpServers.a__b: as a name, it must be letters, digits, "-" and single "_", and begin with a letter or digit',
  ],
  [{ mcpServers: { a_: { command: 'x' } } }, 'mcpServers.a_: as a name, it must not end in "_"'],
  [
    namespace({ middleware: [{ ms: 5 }] }),
    'namespaces.n.middleware[0].use: expected string, received undefined',
  ],
  [
    namespace({ servers: [{ id: 'a' }] }),
    'namespaces.n.servers[0].name: expected string, received undefined',
    'namespaces.n.servers[0].id: is not a known field',
  ],
  [namespace({ servers: ['a', 1] }), 'namespaces.n.servers[1]: expected object, received number'],
  [
    namespace({ tools: { a__b: { serverId: 'x' } } }),
    'namespaces.n.tools.a__b.serverId: is not a known field',
  ],
  [
    namespace({ tools: { a__b: { name: 'two words' } } }),
    'namespaces.n.tools.a__b.name: must be 1 to 64 letters, digits, "_" and "-"',
  ],
  [
    { endpoints: { 'a b': {} } },
    'endpoints["a b"]: as a name, it must be 1 to 64 letters, digits, "_" and "-"',
  ],
  [
    { endpoints: { e: { rateLimit: { perHour: 5 } } } },
    'endpoints.e.rateLimit.perHour: is not a known field',
  ],
  [{ endpoints: { e: { auth: { basic: true } } } }, 'endpoints.e.auth.basic: is not a known field'],
  [{ endpoints: { e: { namespaceId: 'x' } } }, 'endpoints.e.namespaceId: is not a known field'],
  [{ apiKeys: { k: {} } }, 'apiKeys.k.key: expected string, received undefined'],
  [
    { apiKeys: { k: { key: KEY, endpoints: 'some' } } },
    'apiKeys.k.endpoints: must be "all" or a list of names of endpoints',
  ],
  [
    { apiKeys: { k: { key: 'hunter2' } } },
    'apiKeys.k.key: must be "sk_mt_" and 64 letters or digits',
  ],
  [
    { apiKeys: { k: { key: '${SHORT}' } } },
    'apiKeys.k.key: must be "sk_mt_" and 64 letters or digits',
  ],
  [{ apiKeys: { k: { key: '${NO}' } } }, 'apiKeys.k.key: The environment variable NO is not set.'],
  [
    server({ args: ['a', 'x${NO}y${KEY}${NOR}'] }),
    'mcpServers.s.args[1]: The environment variable NO is not set.',
    'mcpServers.s.args[1]: The environment variable NOR is not set.',
  ],
  [server({ env: { A: '${NO}' } }), 'mcpServers.s.env.A: The environment variable NO is not set.'],
  [remote({ url: 'https://${NO}' }), 'mcpServers.s.url: The environment variable NO is not set.'],
  [
    remote({ headers: { A: '${NO}' } }),
    'mcpServers.s.headers.A: The environment variable NO is not set.',
  ],
  [
    remote({ bearerToken: '${NO}' }),
    'mcpServers.s.bearerToken: The environment variable NO is not set.',
  ],
  [
    remote({ oauth: { clientId: 'c', clientSecret: '${NO}' } }),
    'mcpServers.s.oauth.clientSecret: The environment variable NO is not set.',
  ],
  [
    remote({ bearerToken: '${METAMCP_ADMIN_TOKEN}' }),
    'mcpServers.s.bearerToken: ${METAMCP_ADMIN_TOKEN} is one of our own variables and is never handed out.',
  ],
])('%j', (file, ...mistakes) => {
  expect(mistakesIn(JSON.stringify(file))).toEqual(mistakes)
})

test('mistakes are told all at once', () => {
  const file = { ...server({ timeout: 1, idleMs: -1 }), endpoints: { e: { prefix: 'no' } }, x: 1 }
  expect(mistakesIn(JSON.stringify(file))).toEqual([
    'mcpServers.s.idleMs: Too small: expected number to be >=0',
    'mcpServers.s.timeout: is not a known field',
    'endpoints.e.prefix: expected boolean, received string',
    'x: is not a known field',
  ])
})

test.each<[string, ...string[]]>([
  ['', 'line 1, column 1: a value is missing'],
  ['{\n  "a": 1\n  "b": 2\n}', 'line 3, column 3: a "," is missing'],
  ['{ "a" 1 }', 'line 1, column 7: a ":" is missing'],
  ['{ "a": }', 'line 1, column 8: a value is missing'],
  ['{ "endpoints": {', 'line 1, column 17: a "}" is missing'],
  ['{} {}', 'line 1, column 4: something follows the end'],
  [
    '{ "mcpServers": {\n"a": { "command": "x" },\n"a": { "command": "y" } } }',
    'mcpServers.a: appears twice, again at line 3, column 1',
  ],
  [
    '{ "mcpServers": { "s": { "args": [{ "x": 1, "x": 2 }] } } }',
    'mcpServers.s.args[0].x: appears twice, again at line 1, column 45',
  ],
  [
    '{ "mcpServers": { "__proto__": { "command": "x" } } }',
    'mcpServers.__proto__: is not a known field',
  ],
])('%j', (text, ...mistakes) => {
  expect(mistakesIn(text)).toEqual(mistakes)
})

test('nothing may be called what no file can hold', () => {
  for (const name of [definitionName, keyName]) {
    expect(name.safeParse('__proto__').success).toBe(false)
    expect(name.safeParse('constructor').success).toBe(true)
  }
})

test('words to hide are filled in, and missed, like keys', () => {
  const words = (text: string) => namespace({ middleware: [{ use: 'redact', words: [text] }] })
  expect(parse(words('a ${KEY}')).namespaces.n?.middleware).toEqual([
    { use: 'redact', words: ['a value'] },
  ])
  expect(mistakesIn(JSON.stringify(words('${NOT_SET}')))).toEqual([
    'namespaces.n.middleware[0].words[0]: The environment variable NOT_SET is not set.',
  ])
})
