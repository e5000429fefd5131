import { writeFile } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { Client } from 'pg'
import { childrenOf, parentOf } from '../../scale/processes.ts'
import { sendSignal } from '../world.ts'
import type { Fault, Hit } from './fault.ts'

const CLOCK = ['clock']
const DATABASE = ['database']
const HOUR_MS = 3_600_000

/** The time of day jumps, and after a while back. */
async function jump({ world, random }: Hit): Promise<void> {
  const hours = random.pick([-6, -1, -0.1, 0.1, 1, 6])
  await writeFile(world.clock, String(hours * HOUR_MS))
  await pause(random.between(2_000, 12_000))
  await writeFile(world.clock, '0')
  await pause(500)
}

/** Much is read at once, for which the database takes its time. */
async function readMuch({ world, random }: Hit): Promise<void> {
  const { calls } = world.program.admin
  const now = Date.now()
  const ways = [
    () => calls.list.query({ limit: 500, filters: { text: 'nothing that is there' } }),
    () => calls.stats.query({ by: 'tool' }),
    () => calls.stats.query({ by: 'client' }),
    () => calls.pace.query({ since: now - HOUR_MS, until: now, buckets: 200 }),
    () => calls.choices.query(),
  ]
  const all = Array.from({ length: random.between(20, 100) }, () => random.pick(ways)())
  await Promise.all(all)
}

async function withClient(hit: Hit, work: (client: Client) => Promise<unknown>): Promise<void> {
  const client = new Client({ connectionString: hit.world.databaseUrl ?? '' })
  // One that is cut off says so, and is done.
  client.on('error', () => undefined)
  await client.connect()
  try {
    await work(client)
  } finally {
    await client.end()
  }
}

/** Nobody else gets at the log of calls. */
async function lock(hit: Hit): Promise<void> {
  await withClient(hit, async (client) => {
    await client.query('begin')
    await client.query('lock table call_log in access exclusive mode')
    await pause(hit.random.between(500, 5_000))
    await client.query('rollback')
  })
}

/** All processes of PostgreSQL do nothing for a while. */
async function stop(hit: Hit): Promise<void> {
  await withClient(hit, async (client) => {
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
    const server = await parentOf(rows[0]?.pid ?? 0)
    const pids = [server, ...(await childrenOf(server))]
    try {
      for (const pid of pids) sendSignal(pid, 'SIGSTOP')
      await pause(hit.random.between(500, 5_000))
    } finally {
      for (const pid of pids) sendSignal(pid, 'SIGCONT')
    }
  })
}

/** What the machine and the database do; calls are to notice nothing of it. */
export const SURROUNDING_FAULTS: Fault[] = [
  { name: 'clock', weight: 3, targets: CLOCK, run: jump },
  { name: 'long reads', weight: 2, targets: DATABASE, run: readMuch },
  { name: 'locked table', weight: 2, targets: DATABASE, on: 'PostgreSQL', run: lock },
  { name: 'stopped database', weight: 2, targets: DATABASE, on: 'PostgreSQL', run: stop },
]
