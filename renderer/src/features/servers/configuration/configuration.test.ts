import { expect, test } from 'vitest'
import type { ServerView } from '../../../../../shared/server.ts'
import { checkValues } from './checks.ts'
import { configOf, patchOf } from './config.ts'
import { configFrom, newSecret, valuesOf } from './values.ts'

const common: Omit<ServerView, 'type'> = {
  ...{ id: '1', name: 'one', description: '', enabled: true, start: 'lazy', idleMs: 600_000 },
  ...{ startTimeoutMs: 60_000, isolation: 'auto', idleConnections: 1, maxConnections: 20 },
  ...{ state: 'running', error: null, problem: null, startedAt: 1, startMs: 2, retryAt: null },
  ...{
    signIn: null,
    toolCount: 1,
    tokenCount: 5,
    lastSeenAt: 1,
    ownConnections: false,
    ownerId: null,
    shared: true,
    approved: true,
  },
}

const stdio: ServerView = {
  ...common,
  type: 'STDIO',
  command: 'npx',
  args: ['-y', 'a b', ' padded ', 'two\nlines', '"quoted"', ''],
  cwd: null,
  envNames: ['TOKEN'],
}
const remote: ServerView = {
  ...common,
  type: 'STREAMABLE_HTTP',
  url: 'https://example.com/mcp',
  headerNames: ['X-One'],
  hasBearerToken: true,
  oauth: { clientId: 'me', hasClientSecret: true },
}

test.each([
  ['stdio', stdio],
  ['remote', remote],
])('a %s server that was only looked at is not changed', (_, server) => {
  const before = configOf(server)
  expect(configFrom(valuesOf(before), before)).toEqual(before)
  expect(patchOf(before, configFrom(valuesOf(before), before))).toBeNull()
})

test('only what was changed is sent, and a secret that was left alone is kept', () => {
  const before = configOf(stdio)
  const values = valuesOf(before)
  const after = configFrom(
    { ...values, command: ' uvx ', args: '-q\n\n"a\\nb"', env: [...values.env, newSecret('NEW')] },
    before,
  )
  expect(patchOf(before, after)).toEqual({
    ...{ command: 'uvx', args: ['-q', 'a\nb'], env: { TOKEN: null, NEW: '' } },
  })
})

test('an empty box beside a stored secret keeps it; what is taken away is gone', () => {
  const before = configOf(stdio)
  const values = valuesOf(before)
  const emptied = values.env.map((one) => ({ ...one, value: '' }))
  expect(patchOf(before, configFrom({ ...values, env: emptied }, before))).toBeNull()
  expect(patchOf(before, configFrom({ ...values, env: [] }, before))).toEqual({ env: {} })
})

test('a token is kept, replaced or removed; what the form does not show stays', () => {
  const before = configOf(remote)
  const values = valuesOf(before)
  const patchFor = (bearerToken: string | null | undefined) =>
    patchOf(before, configFrom({ ...values, bearerToken }, before))
  expect(patchFor(undefined)).toBeNull()
  expect(patchFor('new')).toEqual({ bearerToken: 'new' })
  expect(patchFor(null)).toEqual({ bearerToken: null })
})

test('fields that JSON leaves out are taken away where that means something', () => {
  const { headers: _, oauth: __, idleMs: ___, ...rest } = configOf(remote)
  const patch = patchOf(configOf(remote), rest as ReturnType<typeof configOf>)
  expect(patch).toEqual({ headers: {}, oauth: null, idleMs: undefined })
})

test('mistakes are found before they are sent', () => {
  const values = valuesOf(configOf(stdio))
  expect(checkValues(values)).toEqual({})
  const wrong = {
    ...values,
    name: 'a name',
    command: ' ',
    startSeconds: '',
    env: [newSecret('A=')],
  }
  expect(checkValues(wrong)).toEqual({
    ...{ name: 'name', command: 'command', startSeconds: 'startSeconds' },
    'env.0.name': 'secretName',
  })
  const address = (url: string) => checkValues({ ...valuesOf(configOf(remote)), url }).url
  expect(address('ftp://example.com')).toBe('url')
  expect(address('https://${HOST}/mcp')).toBeUndefined()
})
