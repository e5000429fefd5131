import { describe, expect, test } from 'vitest'
import { openLog } from '../log.ts'
import { echoServer } from '../testing/echo-definition.ts'
import { startTempCore } from '../testing/temp-core.ts'
import { HIDDEN, openMask } from './masking.ts'
import { looksSecret } from '../secret-shapes.ts'
import { hideInArgs, hideInUrl } from './secret-places.ts'

/** Planted in every place where a secret can be; none looks like another. */
let planted: string[] = []
function plant(place: string): string {
  const secret = `planted-${place}-${planted.length}`
  planted.push(secret)
  return secret
}

test('a report tells what helps, and none of the secrets planted everywhere', async () => {
  planted = []
  const log = openLog('silent')
  const env = { ...process.env, FROM_ENV: plant('environment'), HOME: '/home/ada' }
  const adminToken = `${plant('admin')}-${'x'.repeat(32)}`
  await using core = await startTempCore({ log, env, adminToken })
  const { admin } = core
  const echo = echoServer({}, { name: 'works' })
  await admin.servers.create.mutate({
    ...echo,
    args: [...(echo.args ?? []), '--token', plant('arg'), `--key=${plant('flag')}`, plant('word')],
    env: { SECRET: plant('env'), REFERS: '${FROM_ENV}' },
  })
  // It dies at once, and says its secrets while it does.
  const said = plant('stderr')
  const script =
    'console.error("token " + process.env.SAID + " at https://x.example/?k=" + process.env.SAID); process.exit(3)'
  await admin.servers.create.mutate({
    ...{ name: 'dies', type: 'STDIO', command: process.execPath, start: 'eager' },
    ...{ args: ['-e', script], env: { SAID: said } },
  })
  await admin.servers.create.mutate({
    ...{ name: 'remote', type: 'STREAMABLE_HTTP' },
    url: `http://127.0.0.1:9/${plant('path')}-8Xk2pQ9vLm4TzR7/mcp?token=${plant('query')}`,
    headers: { 'X-Key': plant('header'), Authorization: `Basic ${plant('basic')}` },
  })
  await admin.servers.create.mutate({
    ...{ name: 'signed', type: 'SSE', url: 'http://127.0.0.1:9/sse', bearerToken: plant('bearer') },
    oauth: { clientId: 'public', clientSecret: plant('client') },
  })
  const { key } = await admin.apiKeys.create.mutate({ name: 'ci' })
  await admin.endpoints.list.query()
  await expect
    .poll(async () => (await admin.servers.list.query()).filter((one) => one.state === 'failed'))
    .not.toHaveLength(0)

  const { text, fileName } = await admin.data.diagnostics.query()
  expect(fileName).toMatch(/^metamcp-diagnostics-[\dT-]+\.json$/)
  for (const secret of [...planted, key, core.key, core.local.token, core.adminToken.token]) {
    expect(text).not.toContain(secret)
  }
  expect(text).not.toMatch(/planted|8Xk2pQ9vLm4TzR7/)
  const report = JSON.parse(text) as Record<string, unknown> & { servers: object[]; log: string[] }
  expect(report).toMatchObject({
    versions: { metamcp: '0.0.0-test', node: process.versions.node },
    system: { platform: process.platform },
    listens: { host: '127.0.0.1' },
    apiKeys: 2,
    endpoints: [{ name: 'default' }],
  })
  expect(report.servers).toHaveLength(4)
  const dies = report.servers.find((one) => 'name' in one && one.name === 'dies')
  expect(dies).toMatchObject({ env: ['SAID'], args: ['-e', HIDDEN] })
  expect(report.log.length).toBeGreaterThan(0)
  expect(
    report.servers.find((one) => 'url' in one && one.url === 'http://127.0.0.1:9/sse'),
  ).toBeDefined()
})

const hide = (value: string, name: string) => `<${name} ${value.length}>`

describe('what is a secret', () => {
  test.each([
    ['ghp_16C7e42F292c6912E7710c838347Ae178B4a', true],
    ['sk-proj-abcdef0123456789', true],
    ['8f14e45fceea167a5a36dedd4bea2543', true],
    ['Zm9vYmFyYmF6cXV4MTIzNA', true],
    ['@modelcontextprotocol/server-everything', false],
    ['/home/ada/projects/2024/server-v2/index.js', false],
    ['server-filesystem-read-only', false],
    ['${GITHUB_PERSONAL_ACCESS_TOKEN_2}', false],
    ['hunter2', false],
  ])('%s: %s', (text, expected) => {
    expect(looksSecret(text)).toBe(expected)
  })

  test('in arguments it is what a flag of that name brings, or what looks like one', () => {
    const args = ['-y', 'pkg@1', '--api-key', 'abc', '--port', '80', '--token=xyz', 'PASSWORD=p w']
    expect(hideInArgs([...args, 'https://a.example/?key=1'], hide)).toEqual([
      ...['-y', 'pkg@1', '--api-key', '<api-key 3>', '--port', '80', '--token=<token 3>'],
      ...['PASSWORD=<PASSWORD 3>', 'https://a.example/?key=<key 1>'],
    ])
  })

  test('in an address it is a value of that name, or a part that looks like one', () => {
    const path = 'https://a.example/s/hJ8dkQ2lX9vB3nM7pR4t/mcp'
    expect(hideInUrl(`${path}?page=2&api_key=a%20b#x`, hide)).toBe(
      'https://a.example/s/<path-2 20>/mcp?page=2&api_key=<api_key 3>',
    )
    expect(hideInUrl('http://127.0.0.1:3001/mcp', hide)).toBe('http://127.0.0.1:3001/mcp')
  })

  test('in any text it is what is known, and what has the shape of one', () => {
    const mask = openMask(['first-secret', 'first-secret-and-more', 'true'])
    const told = 'first-secret-and-more true Bearer abc.def.ghi https://a.example/b?c=d'
    expect(mask(told)).toBe(`${HIDDEN} true Bearer ${HIDDEN} https://a.example/b?${HIDDEN}`)
    expect(mask('the quick brown fox, in namespace default')).toContain('namespace default')
  })
})
