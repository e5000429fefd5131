import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Client } from 'pg'
import { expect, test } from 'vitest'
import { openPostgres } from '../db/postgres.ts'
import { openLog } from '../log.ts'
import { migrationsDir } from '../testing/migrations-dir.ts'
import { openTempPostgres } from '../testing/temp-postgres.ts'
import { openPassOn } from './pass-on.ts'
import { openReplicas } from './replicas.ts'
import { signedNews } from './signed-news.ts'

/** Replicas that hang, lie or are half gone, as the others see them. */

const SOON = { timeout: 15_000, interval: 20 }
const lines: string[] = []
const log = openLog('warn', { destination: { write: (line) => void lines.push(line) } })
const key = Buffer.alloc(32, 'k')

/** Listens on a free port. */
async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** A replica called `r1`, and another process that says of itself what it likes. */
async function openWorld({ beatMs }: { beatMs: number }) {
  await using made = new AsyncDisposableStack()
  const { url } = made.use(await openTempPostgres())
  const open = async () => {
    const db = await openPostgres({ url, migrationsDir, log })
    made.defer(() => db.close())
    return signedNews({ news: db.news, key, log })
  }
  const [news, stranger] = [await open(), await open()]
  const own = { news, name: 'r1', url: 'http://127.0.0.1:9', log, beatMs }
  const replicas = made.use(openReplicas(own))
  const passOn = openPassOn({ replicas, name: 'r1', log })
  const asked = async (request: IncomingMessage, response: ServerResponse) => {
    const name = new URL(request.url ?? '', 'http://a').searchParams.get('to') ?? ''
    const outcome = await passOn(name, { request, response, body: () => null })
    if (outcome === 'untaken') response.writeHead(404).end('answered here')
    if (outcome === 'lost') response.writeHead(404).end('lost')
  }
  const front = made.use(await serve((...pair) => void asked(...pair)))
  const owned = made.move()
  return {
    replicas,
    stranger,
    url,
    ask: (to: string) => fetch(`${front.url}/?to=${to}`),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

test('a replica that hangs holds nobody up for ever, and is there again when it goes on', async () => {
  await using world = await openWorld({ beatMs: 50 })
  const { replicas, stranger, ask } = world
  const came = Promise.withResolvers<void>()
  await using hung = await serve(() => came.resolve())
  const here = { name: 'r2', url: hung.url, isNew: false }
  stranger.tell('here', here)
  await expect.poll(() => replicas.size, SOON).toBe(1)
  const answer = ask('r2')
  await came.promise
  // It has said nothing since, and nobody knows what it has done.
  expect(await (await answer).text()).toBe('lost')
  expect(replicas.size).toBe(0)
  stranger.tell('here', here)
  await expect.poll(() => replicas.size, SOON).toBe(1)
})

test('what others say of themselves is read with care, and who is about to end is not waited for', async () => {
  await using world = await openWorld({ beatMs: 60_000 })
  const { replicas, stranger, ask } = world
  await using ending = await serve((_, response) => {
    response.writeHead(503, { 'metamcp-replica': 'r2' }).end('not ready')
  })
  const odd = [null, 7, 'r3', [], {}, { name: 'a b', url: ending.url }, { name: 'r3', url: 'r3' }]
  const odder = [
    { name: 'r1', url: ending.url },
    { name: 'r3', url: 'file:///etc/passwd' },
  ]
  for (const fact of [...odd, ...odder]) stranger.tell('here', fact)
  stranger.tell('gone', { name: 'r1' })
  stranger.tell('here', { name: 'r2', url: ending.url, isNew: true })
  await expect.poll(() => replicas.size, SOON).toBe(1)
  for (const name of ['r1', 'r2', 'r3', 'toString', '']) {
    expect(await (await ask(name)).text()).toBe('answered here')
  }
  // Of another process that has the name now.
  stranger.tell('gone', 'r9')
  expect(replicas.find('r2')?.gone.aborted).toBe(false)
})

test('who may notify, and has no secret key, leads requests nowhere', async () => {
  await using world = await openWorld({ beatMs: 60_000 })
  const { replicas, stranger, ask } = world
  await using real = await serve((_, response) => void response.end('the real one'))
  await using thief = await serve((_, response) => void response.end('stolen'))
  const raw = new Client({ connectionString: world.url })
  await raw.connect()
  const heard: string[] = []
  raw.on('notification', ({ payload = '' }) => heard.push(payload))
  await raw.query('listen metamcp')
  stranger.tell('here', { name: 'r2', url: real.url, isNew: false })
  await expect.poll(() => replicas.size, SOON).toBe(1)
  const ofOther = () => heard.find((payload) => payload.includes('"r2"'))
  await expect.poll(ofOther, SOON).toBeDefined()

  const notify = (text: object) =>
    raw.query('select pg_notify($1, $2)', ['metamcp', JSON.stringify(text)])
  const from = stranger.replica
  const told = JSON.parse(ofOther() ?? '') as { fact: { fact: object; mac: string } }
  const { fact, mac } = told.fact
  const known = replicas.find('r2')
  const lie = { ...fact, url: thief.url }
  for (const said of [lie, { fact: lie }, { fact: lie, mac }, { fact: lie, mac: 7 }]) {
    await notify({ from, topic: 'here', fact: said })
  }
  // What was heard, in the name of another process, and of another topic.
  await notify({ from: 'another', topic: 'here', fact: { fact, mac } })
  for (const said of ['r2', { fact: 'r2', mac }, { fact, mac }]) {
    await notify({ from, topic: 'gone', fact: said })
  }
  await raw.end()
  // Told later, and so heard later.
  stranger.tell('here', { name: 'r3', url: real.url, isNew: false })
  await expect.poll(() => replicas.size, SOON).toBe(2)
  expect(known?.gone.aborted).toBe(false)
  expect(await (await ask('r2')).text()).toBe('the real one')
  expect(lines.filter((line) => line.includes('without the secret key'))).toHaveLength(1)
})
