import { expect, test } from 'vitest'
import { openLogLines } from '../testing/log-lines.ts'
import { configFileOf, startTempCore } from '../testing/temp-core.ts'

/* Secrets where people put them although they do not belong there, and a file that goes round. */

let count = 0
const planted: string[] = []
/** Nothing about it says that it is one. */
const plant = () => {
  const secret = `plum${++count}jam`
  planted.push(secret)
  return secret
}

const ARGS = [
  `postgres://ada:${plant()}@db.example/notes`,
  `--db=mysql://ada:${plant()}@db.example/notes`,
  ...['--accessToken', plant(), '--pass', plant(), '-e', `GITHUB_TOKEN=${plant()}`],
  `--env=API_KEY=${plant()}`,
  `--header=Authorization: Bearer ${plant()}`,
  ...['--header', `X-Api-Key: ${plant()}`],
  ...['--config', `{"token":"${plant()}","deep":{"password": "${plant()}"}}`],
  `Server=db.example;User=ada;Password=${plant()};Port=1`,
  `https://example.com/a?page=1&sessionToken=${plant()}#access_token=${plant()}`,
  ...['--url', `https://ada:${plant()}@example.com/mcp`],
  '--port=8080',
  '--label=name=notes',
  'https://example.com/docs',
]
const QUERY = ['api_key', 'accessToken', 'sig', 'pass'].map((name) => `${name}=${plant()}`)
const URL_OF_REMOTE = `http://127.0.0.1:9/mcp?page=2&${QUERY.join('&')}`

test('an export, a report and the log hold no secret that was put into arguments or addresses', async () => {
  const { log, lines } = openLogLines()
  await using core = await startTempCore({ log, file: configFileOf([]) })
  const { servers, data } = core.admin
  const env = { ANY: plant() }
  const made = {
    name: 'local',
    type: 'STDIO',
    command: 'no-such-program',
    args: ARGS,
    env,
  } as const
  const { id } = await servers.create.mutate(made)
  const remote = await servers.create.mutate({
    ...{ name: 'remote', type: 'STREAMABLE_HTTP', url: URL_OF_REMOTE },
    ...{ headers: { 'x-any': plant() }, bearerToken: plant() },
  })
  const withUser = {
    name: 'user',
    type: 'STREAMABLE_HTTP',
    url: `http://a:${plant()}@127.0.0.1:9/`,
  }
  const refused = await servers.create.mutate(withUser as never).catch(String)
  expect(refused).toContain('without user and password')
  const tried = [
    refused,
    ...(await Promise.all(
      [id, remote.id].map(async (one) => {
        const { server } = await servers.test.mutate({ id: one })
        return JSON.stringify([server.error, server.problem])
      }),
    )),
  ]

  const { text, references } = await data.export.query()
  const report = (await data.diagnostics.query()).text
  const found = (where: string) => planted.filter((secret) => where.includes(secret))
  expect(found(text)).toEqual([])
  expect(found(report)).toEqual([])
  expect(found(JSON.stringify(lines))).toEqual([])
  expect(found(tried.join())).toEqual([])
  // What is none stays readable, and each that was taken out has a name to fill in.
  for (const plain of ['--port=8080', '--label=name=notes', 'https://example.com/docs', 'page=2']) {
    expect(text).toContain(plain)
  }
  expect(references.length).toBeGreaterThan(ARGS.length / 2)
  // The search would find them: who may change a server sees how it is started.
  expect(found(JSON.stringify(await servers.get.query({ id }))).length).toBeGreaterThan(5)
})
