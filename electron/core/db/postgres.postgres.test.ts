import { Client, Pool } from 'pg'
import { expect, test } from 'vitest'
import { openLog } from '../log.ts'
import { insertDefinitions } from '../testing/sample-definitions.ts'
import { migrationsDir } from '../testing/migrations-dir.ts'
import { runOn, startPostgres } from '../testing/postgres-server.ts'
import { openTempPostgres } from '../testing/temp-postgres.ts'
import { readDefinitions } from './definitions.ts'
import type { Tx } from './open.ts'
import { openPostgres, type PostgresOptions } from './postgres.ts'
import { openReplicaNews } from './replica-news.ts'
import * as schema from './schema.ts'

const log = openLog('silent')
const { settings } = schema

async function open(url: string, more: Partial<PostgresOptions> = {}) {
  const database = await openPostgres({ url, migrationsDir, log, ...more })
  return { ...database, [Symbol.asyncDispose]: () => database.close() }
}

/** Connections that wait for news. */
const LINES = `select pid from pg_stat_activity
  where application_name = 'metamcp news' and datname = current_database()`

function setting(key: string) {
  return (tx: Tx) => tx.insert(settings).values({ key, value: 1 })
}

test('replicas that start at once on an empty database make its tables once', async () => {
  await using empty = await openTempPostgres({ isEmpty: true })
  const all = await Promise.all(Array.from({ length: 4 }, () => open(empty.url)))
  await all[0]?.write(setting('a'))
  expect(await all[3]?.read((tx) => tx.$count(settings))).toBe(1)
  await Promise.all(all.map((one) => one.close()))
})

test('what one writes is told to the others at once, and what fails is not', async () => {
  await using database = await openTempPostgres()
  await using one = await open(database.url)
  await using other = await open(database.url)
  const told: string[] = []
  const heard = Promise.withResolvers<void>()
  one.news.listen('written', () => told.push('to itself'))
  other.news.listen('written', (_, from) => told.push(from))
  other.news.listen('end', () => heard.resolve())
  other.news.listen('session', (fact) => told.push(String(fact)))
  const failing = one.write(async (tx) => {
    await setting('a')(tx)
    await one.news.tellIn(tx, 'session', 'of a change that was undone')
    throw new Error('changed my mind')
  })
  await expect(failing).rejects.toThrow('changed my mind')
  await one.write(setting('a'))
  await one.record((tx) => one.news.tellIn(tx, 'session', 'ended'))
  one.news.tell('end', null)
  await heard.promise
  expect(told).toEqual([one.news.replica, 'ended'])
  await expect(one.write(setting('a'))).rejects.toMatchObject({ cause: { code: '23505' } })
})

test('writes come one after the other, whichever replica they are of; reads change nothing', async () => {
  await using database = await openTempPostgres()
  await using one = await open(database.url)
  await using other = await open(database.url)
  const count = async (tx: Tx) => {
    const known = await tx.$count(settings)
    await setting(`k${known}`)(tx)
  }
  const writers = Array.from({ length: 40 }, (_, index) => (index % 2 ? one : other).write(count))
  await Promise.all(writers)
  expect(await one.read((tx) => tx.$count(settings))).toBe(40)
  await expect(one.read(setting('x'))).rejects.toMatchObject({ cause: { code: '25006' } })
  await expect(one.record(setting('x'))).rejects.toThrow('use write()')
  const nested = one.write(() => one.read(() => Promise.resolve()))
  await expect(nested).rejects.toThrow('A transaction is open here')
})

test('definitions are exact, and work that may be done by one alone is', async () => {
  await using database = await openTempPostgres()
  await using one = await open(database.url)
  await using other = await open(database.url)
  await one.write((tx) => insertDefinitions(tx))
  expect(await other.read(readDefinitions)).toEqual(await one.read(readDefinitions))
  const steps: string[] = []
  const [begun, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const first = one.alone(async () => {
    begun.resolve()
    await gate.promise
    steps.push('first')
  })
  await begun.promise
  const second = other.alone(() => Promise.resolve(steps.push('second')))
  await other.read((tx) => tx.$count(settings))
  expect(steps).toEqual([])
  gate.resolve()
  await Promise.all([first, second])
  expect(steps).toEqual(['first', 'second'])
})

test('who hangs in work of one alone holds others up for a while; nobody waits for ever', async () => {
  await using database = await openTempPostgres()
  await using one = await open(database.url, { aloneMs: 100, turnMs: 100 })
  await using other = await open(database.url)
  const gate = Promise.withResolvers<void>()
  const hangIn = async (replica: Awaited<ReturnType<typeof open>>, about: string) => {
    const begun = Promise.withResolvers<void>()
    const work = () => {
      begun.resolve()
      return gate.promise
    }
    const ended = replica.alone(work, about).catch((error: unknown) => error)
    await begun.promise
    return () => ended
  }
  const first = await hangIn(one, 'a')
  expect(await other.alone(() => Promise.resolve('its turn'), 'a')).toBe('its turn')
  const second = await hangIn(other, 'b')
  await expect(one.alone(() => Promise.resolve(), 'b')).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining('end it if it hangs') as string,
  })
  gate.resolve()
  expect(await first()).toMatchObject({ code: 'unavailable' })
  expect(await second()).toBeUndefined()
})

test('a database of something else, or of a newer version, is left as it is', async () => {
  await using others = await openTempPostgres({ isEmpty: true })
  await runOn(others.url, 'create table users (id text)')
  await expect(open(others.url)).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringMatching(/holds tables of something else.*createdb metamcp/) as string,
  })
  await runOn(others.url, 'drop table users')
  await (await open(others.url)).close()
  await runOn(
    others.url,
    `insert into metamcp.migrations (position, tag, hash) values (999, '9999_later', 'x')`,
  )
  await expect(open(others.url)).rejects.toMatchObject({ code: 'conflict' })
})

test('a server that stops: one sentence; it is used again, and others are heard again', async () => {
  await using server = await startPostgres()
  await runOn(server.url('postgres'), 'create database metamcp')
  const url = server.url('metamcp')
  await using one = await open(url)
  await using other = await open(url)
  const gap = Promise.withResolvers<void>()
  other.news.onGap(gap.resolve)
  await server.restart()
  await gap.promise
  await expect
    .poll(() =>
      one.write(setting('a')).then(
        () => 'written',
        (error: Error) => error.message,
      ),
    )
    .toBe('written')
  const heard = Promise.withResolvers<void>()
  other.news.listen('hello', () => heard.resolve())
  one.news.tell('hello', null)
  await heard.promise
  const { password } = new URL(url)
  await server.stop()
  const failed = await one.write(setting('b')).catch((error: unknown) => error)
  expect(failed).toMatchObject({ code: 'unavailable' })
  expect(String(failed)).not.toContain(password)
})

test('a connection for news that is silent for ever is made anew', async () => {
  await using database = await openTempPostgres()
  await using other = await open(database.url, { lookMs: 100 })
  const client = new Client({ connectionString: database.url })
  await client.connect()
  const { rows } = await client.query<{ pid: number }>(LINES)
  await client.end()
  expect(rows).toHaveLength(1)
  const gap = Promise.withResolvers<void>()
  other.news.onGap(gap.resolve)
  // As if a network had been cut: nothing is closed, and nothing comes.
  for (const { pid } of rows) process.kill(pid, 'SIGSTOP')
  try {
    await gap.promise
  } finally {
    for (const { pid } of rows) process.kill(pid, 'SIGCONT')
  }
  const heard = Promise.withResolvers<unknown>()
  other.news.listenToAll('hello', heard.resolve)
  other.news.tell('hello', 'again')
  expect(await heard.promise).toBe('again')
})

test('a connection for news that comes once all is closed is ended', async () => {
  await using database = await openTempPostgres()
  const { url } = database
  await using opened = new AsyncDisposableStack()
  const pool = new Pool({ connectionString: url })
  opened.defer(() => pool.end())
  const [again, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  let greeted = 0
  const greet = () => {
    greeted += 1
    if (greeted === 1) return Promise.resolve()
    again.resolve()
    return gate.promise
  }
  const news = await openReplicaNews({ url, replica: 'one', log, pool, greet })
  await pool.query(`select pg_terminate_backend(pid) from (${LINES}) as lines`)
  await again.promise
  await news.close()
  gate.resolve()
  await expect.poll(async () => (await pool.query(LINES)).rowCount).toBe(0)
})
