import { sql } from 'drizzle-orm'
import { Client } from 'pg'
import type { Pool } from 'pg'
import { messageOf } from '../errors.ts'
import type { Logger } from '../log.ts'
import type { Tx } from './store.ts'

/**
 * What processes on one database tell each other, by NOTIFY: small facts, once each, in the order of
 * commits. A line that broke is a gap, in which something may have been missed.
 */
export interface ReplicaNews {
  /** This process, as others know it: another one after each start. */
  readonly replica: string
  /** For `pg_notify` in a transaction that has written definitions. */
  readonly written: string
  /** Best effort; `fact` is JSON of at most 7,000 bytes. */
  tell(topic: string, fact: unknown): void
  /** Told with the commit of a transaction, and only then: what the others must not miss. */
  tellIn(tx: Tx, topic: string, fact: unknown): Promise<void>
  /** Facts of others, never our own. */
  listen(topic: string, listener: (fact: unknown, from: string) => void): void
  /** Our own, too: who hears these knows that the others do. */
  listenToAll(topic: string, listener: (fact: unknown, from: string) => void): void
  /** After a gap everything may have changed. */
  onGap(listener: () => void): void
  close(): Promise<void>
}

export const CHANNEL = 'metamcp'

/** Definitions were written. */
export const WRITTEN = 'written'

const AGAIN_MS = [100, 500, 1_000, 2_000, 5_000]
const MAX_BYTES = 7_000
const CONNECT_MS = 10_000
/** A connection that was cut off without a word is silent, and so is one on which there is no news. */
const LOOK_MS = 10_000

/** An embedded database has one process. */
export function noNews(): ReplicaNews {
  const nothing = () => undefined
  return {
    ...{ replica: 'alone', written: '', tell: nothing, onGap: nothing },
    ...{ listen: nothing, listenToAll: nothing, tellIn: () => Promise.resolve() },
    close: () => Promise.resolve(),
  }
}

export type ReplicaNewsOptions = {
  url: string
  replica: string
  log: Logger
  pool: Pool
  /** Done on each connection that listens, which lives as long as the process: for locks of that. */
  greet: (client: Client) => Promise<void>
  /** How often it is seen whether that connection still answers. */
  lookMs?: number | undefined
}

/** Rejects where the first connection fails; later ones are tried again for as long as it takes. */
export async function openReplicaNews({
  url,
  replica,
  log,
  pool,
  greet,
  lookMs = LOOK_MS,
}: ReplicaNewsOptions): Promise<ReplicaNews> {
  const listeners = new Map<string, Listener[]>()
  const gapListeners: (() => void)[] = []
  const line = openLine({
    url,
    log,
    take,
    greet,
    lookMs,
    onGap: () => gapListeners.forEach((one) => one()),
  })
  await line.ready

  function take(text: string): void {
    const told = read(text)
    if (!told) return
    for (const listener of listeners.get(told.topic) ?? []) listener(told.fact, told.from)
  }
  function listenToAll(topic: string, listener: Listener): void {
    listeners.set(topic, [...(listeners.get(topic) ?? []), listener])
  }
  function pack(topic: string, fact: unknown): string {
    const text = JSON.stringify({ from: replica, topic, fact })
    if (Buffer.byteLength(text) > MAX_BYTES) throw new Error(`News of ${topic} are too long`)
    return text
  }

  return {
    replica,
    written: pack(WRITTEN, null),
    tell(topic, fact) {
      const text = pack(topic, fact)
      pool.query('select pg_notify($1, $2)', [CHANNEL, text]).catch((error: unknown) => {
        log.warn({ topic, error: messageOf(error) }, 'the other replicas could not be told')
      })
    },
    async tellIn(tx, topic, fact) {
      await tx.execute(sql`select pg_notify(${CHANNEL}, ${pack(topic, fact)})`)
    },
    listen(topic, listener) {
      listenToAll(topic, (fact, from) => {
        if (from !== replica) listener(fact, from)
      })
    },
    listenToAll,
    onGap: (listener) => void gapListeners.push(listener),
    close: line.close,
  }
}

type Listener = (fact: unknown, from: string) => void

type Told = { from: string; topic: string; fact: unknown }

/**
 * Any role that may connect to the database can notify, in anybody's name, and hears all: no secrets
 * are told, what is not of our shape is nothing, and what a listener does for it is to read again;
 * more only for what is signed (replicas/signed-news.ts).
 */
function read(text: string): Told | null {
  try {
    const told = JSON.parse(text) as Partial<Told> | null
    if (typeof told?.from !== 'string' || typeof told.topic !== 'string') return null
    return { from: told.from, topic: told.topic, fact: told.fact }
  } catch {
    return null
  }
}

type LineOptions = {
  url: string
  log: Logger
  greet: ReplicaNewsOptions['greet']
  take: (text: string) => void
  onGap: () => void
  lookMs: number
}

/** Tells, once or more often, that a connection does not answer from one look to the next. */
function lookAt(client: Client, everyMs: number, isDead: (error: Error) => void) {
  let isAsked = false
  const look = () => {
    if (isAsked) return isDead(new Error('the database does not answer'))
    isAsked = true
    client.query('select 1').then(
      () => (isAsked = false),
      () => undefined,
    )
  }
  return setInterval(look, everyMs).unref()
}

/** A connection that only listens, and is made anew when it breaks. */
function openLine({ url, log, take, greet, onGap, lookMs }: LineOptions) {
  let client: Client | null = null
  let isClosed = false
  let tries = 0
  let timer: NodeJS.Timeout | undefined

  async function connect(): Promise<void> {
    const next = new Client({
      connectionString: url,
      application_name: 'metamcp news',
      keepAlive: true,
      connectionTimeoutMillis: CONNECT_MS,
    })
    let isOver = false
    let looking: NodeJS.Timeout | undefined
    const over = (error?: Error) => {
      if (isOver) return
      isOver = true
      clearInterval(looking)
      if (client === next) client = null
      void next.end().catch(() => undefined)
      if (!isClosed && tries > 0) again(error)
    }
    next.on('error', over)
    next.on('end', () => over())
    next.on('notification', ({ payload = '' }) => take(payload))
    try {
      await next.connect()
      await next.query(`listen ${CHANNEL}`)
      await greet(next)
      // Nobody would end it.
      if (isClosed) throw new Error('closed meanwhile')
    } catch (error) {
      over(error as Error)
      throw error
    }
    client = next
    tries = 1
    looking = lookAt(next, lookMs, over)
  }

  function again(error: Error | undefined): void {
    const wait = AGAIN_MS[Math.min(tries, AGAIN_MS.length) - 1]
    tries += 1
    log.warn({ error: error && messageOf(error), againMs: wait }, 'news of other replicas stopped')
    timer = setTimeout(() => void connect().then(onGap, () => undefined), wait).unref()
  }

  return {
    ready: connect(),
    async close() {
      isClosed = true
      clearTimeout(timer)
      await client?.end().catch(() => undefined)
    },
  }
}
