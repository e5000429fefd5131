import { join, resolve } from 'node:path'
import envPaths from 'env-paths'
import { expect, test } from 'vitest'
import { readHeadlessConfig } from './env-config.ts'

function configOf(argv: string[], env: Record<string, string> = {}) {
  const start = readHeadlessConfig(argv, env)
  if (start.kind !== 'start') return expect.unreachable(`${start.kind}: ${start.text}`)
  return start.config
}

test('without anything there are defaults', () => {
  expect(configOf([])).toEqual({
    host: '127.0.0.1',
    port: 12008,
    dataDir: envPaths('MetaMCP', { suffix: '' }).data,
    configFile: null,
    publicUrl: null,
    logLevel: 'info',
    secretKey: null,
    adminToken: null,
    env: {},
  })
})

const ENV = {
  METAMCP_HOST: '0.0.0.0',
  METAMCP_PORT: '1',
  METAMCP_DATA_DIR: '/env/data',
  METAMCP_CONFIG: 'env.json',
  METAMCP_PUBLIC_URL: 'https://env.example/base/',
  METAMCP_LOG_LEVEL: 'warn',
  METAMCP_SECRET_KEY: 'secret',
  METAMCP_ADMIN_TOKEN: 'token',
}

test('the environment wins over defaults', () => {
  expect(configOf([], ENV)).toEqual({
    host: '0.0.0.0',
    port: 1,
    dataDir: resolve('/env/data'),
    configFile: resolve('env.json'),
    publicUrl: 'https://env.example/base',
    logLevel: 'warn',
    secretKey: 'secret',
    adminToken: 'token',
    env: ENV,
  })
})

test('arguments win over the environment', () => {
  const argv = ['--host', '::1', '--port=0', '--data-dir', 'data', '--config=./my.json']
  const more = ['--public-url', 'http://arg.example', '--log-level', 'debug']
  expect(configOf([...argv, ...more], ENV)).toMatchObject({
    host: '::1',
    port: 0,
    dataDir: join(process.cwd(), 'data'),
    configFile: join(process.cwd(), 'my.json'),
    publicUrl: 'http://arg.example',
    logLevel: 'debug',
  })
})

test('an empty variable counts as not given', () => {
  const empty = Object.fromEntries(Object.keys(ENV).map((name) => [name, '']))
  expect({ ...configOf([], empty), env: {} }).toEqual(configOf([]))
})

test('help names every argument and variable', () => {
  const { kind, text } = readHeadlessConfig(['--port', 'x', '-h'], {}) as {
    kind: string
    text: string
  }
  expect(kind).toBe('help')
  for (const name of Object.keys(ENV)) expect(text).toContain(name)
  for (const name of ['host', 'port', 'data-dir', 'config', 'public-url', 'log-level', 'help']) {
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
  [['--port'], {}, '--port needs a value.'],
  [['--config='], {}, '--config needs a value.'],
  [['--prot', '1'], {}, 'Unknown argument "--prot".\nUnknown argument "1".'],
  [['-p', '1'], {}, 'Unknown argument "-p".\nUnknown argument "1".'],
  [['my.json'], {}, 'Unknown argument "my.json".'],
])('%j with %j', (argv, env, text) => {
  expect(readHeadlessConfig(argv, env)).toEqual({ kind: 'mistake', text: `${text}\nSee --help.` })
})

test('mistakes are told all at once, and hold no secret', () => {
  const start = readHeadlessConfig(['--port', 'x', '--log-level', 'y'], ENV)
  const text = JSON.stringify(start)
  expect(text).toMatch(/--port.*--log-level/)
  expect(text).not.toMatch(/secret|token/)
})
