import { Client } from 'pg'
import { load, openCaller } from './callers.ts'
import { withCpu } from './processes.ts'
import { say, title } from './say.ts'
import type { World } from './world.ts'

const CALLERS = 4
const CALLED_MS = 6_000
const TOLD = 400
/** As long as what replicas tell of a limit with one client. */
const FACT = 'x'.repeat(150)

/** What one replica writes and tells while it answers calls, with and without a limit to share. */
export async function measureTold({ one, key, databaseUrl, databaseCpu }: World): Promise<void> {
  title('What a replica under load asks of the database')
  for (const endpoint of ['modern', 'limited']) {
    const place = { url: one.program.url, path: `/metamcp/${endpoint}/mcp`, key }
    const open = () => openCaller('modern', place)
    const callers = await Promise.all(Array.from({ length: CALLERS }, open))
    one.tap.read()
    const { result, cpu } = await withCpu([databaseCpu], () => load(callers, CALLED_MS))
    const { statements, notifies, logWrites, bytesUp } = one.tap.read()
    const perSecond = (count: number) => (count / (CALLED_MS / 1_000)).toFixed(1)
    const asked = `${perSecond(statements)} statements/s, ${perSecond(notifies)} NOTIFY/s`
    const log = `${perSecond(logWrites)} batches/s of the log`
    const each = `a call ${(bytesUp / result.calls).toFixed(0)} bytes and ${(((cpu[0] ?? 0) * 1_000) / result.calls).toFixed(0)} µs CPU of PostgreSQL`
    say(`${endpoint}, ${perSecond(result.calls)} calls/s`, `${asked}, ${log}; ${each}`)
    await Promise.all(callers.map((caller) => caller.close()))
  }
  await using made = new AsyncDisposableStack()
  const client = await openClient(made, databaseUrl)
  const { rows } = await client.query<{ bytes: number; count: number }>(
    "select pg_total_relation_size('call_log')::float8 as bytes, count(*)::float8 as count from call_log",
  )
  const { bytes = 0, count = 1 } = rows[0] ?? {}
  const most = `the most connections there were: ${one.tap.most()}`
  say('a call in the log', `${(bytes / count).toFixed(0)} bytes with indices (${count}); ${most}`)
}

/** NOTIFY of many to many: what one costs PostgreSQL, and who hears it. */
export async function measureNotify({ databaseUrl, databaseCpu }: World): Promise<void> {
  title('NOTIFY, one transaction each')
  for (const [telling, listening] of [
    ...[[1, 1] as const, [8, 1] as const, [8, 10] as const],
    ...[[8, 50] as const, [8, 200] as const],
  ]) {
    await using made = new AsyncDisposableStack()
    const heard = await openListeners(made, databaseUrl, listening)
    const tellers = await Promise.all(
      Array.from({ length: telling }, () => openClient(made, databaseUrl)),
    )
    const own = async () => process.cpuUsage().user / 1_000 + process.cpuUsage().system / 1_000
    const begun = performance.now()
    const { result: toldMs, cpu } = await withCpu([databaseCpu, own], async () => {
      await Promise.all(tellers.map((client) => tell(client, TOLD / telling)))
      const told = performance.now() - begun
      await heard.promise
      return told
    })
    const [server = 0, us = 0] = cpu.map((ms) => (ms * 1_000) / (TOLD * listening))
    const rate = `${((TOLD * 1_000) / toldMs).toFixed(0)} per second`
    const each = `for each that hears one ${server.toFixed(0)} µs CPU of PostgreSQL, ${us.toFixed(0)} of who listens`
    say(`${telling} telling, ${listening} listening`, `${rate}; ${each}`)
  }
}

async function openClient(made: AsyncDisposableStack, connectionString: string): Promise<Client> {
  const client = new Client({ connectionString })
  await client.connect()
  made.defer(() => client.end())
  return client
}

/** Resolves with what resolves once all have heard all. */
async function openListeners(made: AsyncDisposableStack, url: string, count: number) {
  const all = Promise.withResolvers<void>()
  let heard = 0
  for (let opened = 0; opened < count; opened += 1) {
    const client = await openClient(made, url)
    client.on('notification', () => {
      heard += 1
      if (heard === TOLD * count) all.resolve()
    })
    await client.query('listen bench')
  }
  return { promise: all.promise }
}

async function tell(client: Client, times: number): Promise<void> {
  for (let count = 0; count < times; count += 1) {
    await client.query('select pg_notify($1, $2)', ['bench', FACT])
  }
}
