import { join, resolve } from 'node:path'
import envPaths from 'env-paths'
import { describe, expect, test } from 'vitest'
import { readStart } from './read-start.ts'

type Env = Record<string, string>

const headless = (args: string[], env: Env = {}) =>
  readStart({ args, env, foreignSwitches: 'refuse' })
const desktop = (args: string[], env: Env = {}) =>
  readStart({ args, env, foreignSwitches: 'leave' })

function configOf(args: string[], env?: Env) {
  const start = headless(args, env)
  if (start.kind !== 'start') return expect.unreachable(`${start.kind}: ${start.text}`)
  return start.config
}

// Shows: http-loopback
test('without anything there are defaults', () => {
  expect(configOf([])).toEqual({
    host: '127.0.0.1',
    port: 12008,
    dataDir: envPaths('MetaMCP', { suffix: '' }).data,
    adminPort: null,
    adminHost: '127.0.0.1',
    allowedOrigins: [],
    allowPrivate: [],
    configFile: null,
    publicUrl: null,
    restoreFile: null,
    databaseUrl: null,
    logLevel: 'info',
    auth: 'local',
    secretKey: null,
    adminToken: null,
    metricsToken: null,
    replica: null,
    replicaUrl: null,
    drainMs: 3_000,
    env: {},
    startedWith: { logLevel: 'info', sources: {} },
  })
})

const ENV = {
  METAMCP_HOST: '0.0.0.0',
  METAMCP_PORT: '1',
  METAMCP_ADMIN_PORT: '2',
  METAMCP_ADMIN_HOST: '10.0.0.1',
  METAMCP_ALLOWED_ORIGINS: 'https://A.example, http://b.example:81',
  METAMCP_ALLOW_PRIVATE: '10.0.0.0/8,db.internal',
  METAMCP_DATA_DIR: '/env/data',
  METAMCP_CONFIG: 'env.json',
  METAMCP_PUBLIC_URL: 'https://env.example/',
  METAMCP_LOG_LEVEL: 'warn',
  METAMCP_AUTH: 'accounts',
  METAMCP_SECRET_KEY: 'secret',
  METAMCP_ADMIN_TOKEN: 'token',
  METAMCP_METRICS_TOKEN: 'metrics-token',
  METAMCP_REPLICA: 'a1',
  METAMCP_REPLICA_URL: 'http://a1.internal:12008/',
  METAMCP_DRAIN_SECONDS: '30',
}

test('the environment wins over defaults', () => {
  expect(configOf([], ENV)).toEqual({
    host: '0.0.0.0',
    port: 1,
    adminPort: 2,
    adminHost: '10.0.0.1',
    allowedOrigins: ['https://a.example', 'http://b.example:81'],
    allowPrivate: ['10.0.0.0/8', 'db.internal'],
    dataDir: resolve('/env/data'),
    configFile: resolve('env.json'),
    publicUrl: 'https://env.example',
    restoreFile: null,
    databaseUrl: null,
    logLevel: 'warn',
    auth: 'accounts',
    secretKey: 'secret',
    adminToken: 'token',
    metricsToken: 'metrics-token',
    replica: 'a1',
    replicaUrl: 'http://a1.internal:12008',
    drainMs: 30_000,
    env: ENV,
    startedWith: {
      logLevel: 'warn',
      sources: { port: 'METAMCP_PORT', logLevel: 'METAMCP_LOG_LEVEL' },
    },
  })
})

test('arguments win over the environment', () => {
  const argv = ['--host', '::1', '--port=0', '--data-dir', 'data', '--config=./my.json']
  const more = ['--public-url', 'http://arg.example', '--log-level', 'debug', '--auth', 'local']
  expect(configOf([...argv, ...more], ENV)).toMatchObject({
    host: '::1',
    port: 0,
    dataDir: join(process.cwd(), 'data'),
    configFile: join(process.cwd(), 'my.json'),
    publicUrl: 'http://arg.example',
    restoreFile: null,
    databaseUrl: null,
    logLevel: 'debug',
    auth: 'local',
  })
})

test('an empty variable counts as not given', () => {
  const empty = Object.fromEntries(Object.keys(ENV).map((name) => [name, '']))
  expect({ ...configOf([], empty), env: {} }).toEqual(configOf([]))
})

test('help names every argument and variable', () => {
  const help = headless(['--port', 'x', '-h'])
  const text = help.kind === 'help' ? help.text : ''
  for (const name of Object.keys(ENV)) expect(text).toContain(name)
  const others = ['config', 'public-url', 'log-level', 'auth', 'help']
  for (const name of ['host', 'port', 'data-dir', ...others]) {
    expect(text).toContain(`--${name} `)
  }
})

test.each<[string[], Record<string, string>, string]>([
  [['--port', '99999'], {}, '--port "99999" is not a port: use 0 to 65535.'],
  [['--port=-1'], {}, '--port "-1" is not a port: use 0 to 65535.'],
  [['--port=12o08'], {}, '--port "12o08" is not a port: use 0 to 65535.'],
  [[], { METAMCP_PORT: '1e3' }, 'METAMCP_PORT "1e3" is not a port: use 0 to 65535.'],
  [
    ['--log-level', 'loud'],
    {},
    '--log-level "loud" is not a log level: use debug, info, warn, error or silent.',
  ],
  [['--public-url', 'example.com'], {}, '--public-url "example.com" is not an http or https URL.'],
  ...['https://x.example/y', 'https://x.example/?y', 'https://a:b@x.example'].map(
    (url): [string[], Env, string] => [
      ['--public-url', url],
      {},
      `--public-url "${url}" has more than a host and a port: give MetaMCP a host name or a port of its own, as in "https://x.example".`,
    ],
  ),
  [['--auth', 'oidc'], {}, '--auth "oidc" is no way to sign in: use local or accounts.'],
  [['--admin-port', 'x'], {}, '--admin-port "x" is not a port: use 0 to 65535.'],
  ...['*', 'null', 'example.com', 'https://a.example/', 'https://a.example/b', 'file://a'].map(
    (origin): [string[], Env, string] => [
      ['--allow-origin', `https://a.example,${origin}`],
      {},
      `--allow-origin "https://a.example,${origin}" names "${origin}", which is no origin: write "https://app.example.com", without a path.`,
    ],
  ),
  [
    [],
    { METAMCP_ALLOW_PRIVATE: '10.0.0.0/33' },
    'METAMCP_ALLOW_PRIVATE "10.0.0.0/33" names "10.0.0.0/33", which is no address, range (10.0.0.0/8) or name of a host.',
  ],
  ...['a-1', 'ä', 'a'.repeat(33)].map((name): [string[], Env, string] => [
    [],
    { METAMCP_REPLICA: name },
    `METAMCP_REPLICA "${name}" is no name of a replica: use up to 32 letters and digits.`,
  ]),
  [
    [],
    { METAMCP_DRAIN_SECONDS: '3601' },
    'METAMCP_DRAIN_SECONDS "3601" is no number of seconds: use 0 to 3600.',
  ],
  [['--port'], {}, '--port needs a value.'],
  [['--config', '--port', '0'], {}, '--config needs a value.\nUnknown argument "0".'],
  [['--config='], {}, '--config needs a value.'],
  [['--prot', '1'], {}, 'Unknown argument "--prot".\nUnknown argument "1".'],
  [['-p', '1'], {}, 'Unknown argument "-p".\nUnknown argument "1".'],
  [['my.json'], {}, 'Unknown argument "my.json".'],
])('%j with %j', (args, env, text) => {
  expect(headless(args, env)).toEqual({ kind: 'mistake', text: `${text}\nSee --help.` })
})

test('mistakes are told all at once, and hold no secret', () => {
  const start = headless(['--port', 'x', '--log-level', 'y'], ENV)
  const text = JSON.stringify(start)
  expect(text).toMatch(/--port.*--log-level/)
  expect(text).not.toMatch(/secret|token/)
})

test('a database of a server is for servers; the desktop ignores it, and nobody shows it', () => {
  const databaseUrl = 'postgres://me:pass@db/metamcp'
  const env = { DATABASE_URL: databaseUrl }
  const warnings = [
    'DATABASE_URL is ignored: the desktop app keeps its database in the data folder.',
  ]
  expect(headless([], env)).toMatchObject({ kind: 'start', config: { databaseUrl }, warnings: [] })
  expect(desktop([], env)).toMatchObject({ config: { databaseUrl: null }, warnings })
  expect(headless([], { DATABASE_URL: '' })).toMatchObject({ config: { databaseUrl: null } })
  for (const url of ['mysql://me:pass@db/metamcp', 'postgres://me:pass@db', 'pass']) {
    const { text } = headless([], { DATABASE_URL: url }) as { text: string }
    expect(text).toMatch(/^DATABASE_URL is no address of a database: write "postgres:/)
    expect(text).not.toContain('pass@')
  }
  const both = headless(['--restore', 'a.tgz'], env)
  expect(both).toMatchObject({ text: expect.stringMatching(/^--restore .* pg_restore/) as string })
})

describe('where switches of others are left alone', () => {
  test('ours are read from among them, and a warning names them', () => {
    const args = ['--inspect=9229', '--port', '0', '-psn_0_1', '--no-sandbox', '--config=a.json']
    expect(desktop(args)).toMatchObject({
      kind: 'start',
      config: { port: 0, configFile: resolve('a.json') },
      warnings: ['--inspect', '-psn_0_1', '--no-sandbox'].map(
        (name) => `${name} is no argument of MetaMCP: left to Chromium.`,
      ),
    })
  })

  test('no letter of theirs is our -h', () => {
    expect(desktop(['-psn_h', '-high'])).toMatchObject({ kind: 'start' })
    expect(desktop(['--no-sandbox', '-h'])).toMatchObject({ kind: 'help' })
  })

  test.each([
    [['--prot', '1'], 'Unknown argument "1".'],
    [['--config', '--no-sandbox'], '--config needs a value.'],
    [['--inspect', '--port=x'], '--port "x" is not a port: use 0 to 65535.'],
  ])('%j stays a mistake', (args, text) => {
    expect(desktop(args)).toEqual({ kind: 'mistake', text: `${text}\nSee --help.` })
  })
})
