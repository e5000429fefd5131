import { randomBytes } from 'node:crypto'
import type { ReplicaNews } from '../db/replica-news.ts'
import type { Logger } from '../log.ts'

/** How often each says that it is there, and how long one may be silent. */
const BEAT_MS = 5_000
const SILENT_MS = 16_000

const NAME = /^[A-Za-z0-9]{1,32}$/

/** A name for one that was given none: another one after each start. */
export function madeUpName(): string {
  return randomBytes(6).toString('hex')
}

/** The other processes on one database, and where they are reached. */
export interface Replicas extends Disposable {
  /** How many others there are. */
  readonly size: number
  /** `null`: there is none of this name, it has said goodbye, or nothing for a while. */
  addressOf(name: string): URL | null
}

export type ReplicasOptions = {
  news: ReplicaNews
  /** What clients carry of this one: letters and digits. */
  name: string
  /** Where others reach this one. */
  url: string
  log: Logger
  beatMs?: number
  silentMs?: number
}

type Other = { url: URL; process: string; seenAt: number }

/** Each tells all others of itself, by the database; who is new asks all to do so at once. */
export function openReplicas(options: ReplicasOptions): Replicas {
  const { news, name, url, log, beatMs = BEAT_MS, silentMs = SILENT_MS } = options
  const others = new Map<string, Other>()
  const tell = (isNew: boolean) => news.tell('here', { name, url, isNew })
  let hasWarned = false

  news.listen('here', (fact, process) => {
    const said = read(fact)
    if (!said) return
    if (said.isNew) tell(false)
    if (said.name !== name) {
      others.set(said.name, { url: said.url, process, seenAt: performance.now() })
    } else if (!hasWarned) {
      hasWarned = true
      const text = 'another replica has the same name: what clients carry leads to either of them'
      log.warn({ replica: name, url: said.url.href }, text)
    }
  })
  news.listen('gone', (fact, process) => {
    const said = String(fact)
    if (others.get(said)?.process === process) others.delete(said)
  })
  // What was said meanwhile is lost.
  news.onGap(() => tell(true))
  tell(true)
  const beat = setInterval(() => {
    tell(false)
    const since = performance.now() - silentMs
    for (const [other, { seenAt }] of others) if (seenAt < since) others.delete(other)
  }, beatMs)
  beat.unref()

  return {
    get size() {
      return others.size
    },
    addressOf: (other) => others.get(other)?.url ?? null,
    [Symbol.dispose]() {
      clearInterval(beat)
      news.tell('gone', name)
    },
  }
}

function read(fact: unknown): { name: string; url: URL; isNew: boolean } | null {
  const { name, url, isNew } = Object(fact) as Record<string, unknown>
  if (typeof name !== 'string' || !NAME.test(name)) return null
  if (typeof url !== 'string' || !URL.canParse(url)) return null
  return { name, url: new URL(url), isNew: isNew === true }
}
