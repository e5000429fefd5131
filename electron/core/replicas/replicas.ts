import { randomBytes } from 'node:crypto'
import type { ReplicaNews } from '../db/replica-news.ts'
import type { Logger } from '../log.ts'

/**
 * How often each says that it is there, and how many of our own beats we hear come back before one
 * that was silent meanwhile is gone. No clock: while the database is away, or we are frozen, nobody
 * is heard, and nobody is gone for that.
 */
const BEAT_MS = 5_000
const SILENT_BEATS = 4

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
  find(name: string): Reached | null
}

/** Another process; `gone` is aborted as soon as it is known to be no more, or to hang. */
export type Reached = { url: URL; gone: AbortSignal }

export type ReplicasOptions = {
  news: ReplicaNews
  /** What clients carry of this one: letters and digits. */
  name: string
  /** Where others reach this one. */
  url: string
  log: Logger
  beatMs?: number
}

/** `heard`: how many beats of our own we had heard when it last said something. */
type Other = { url: URL; process: string; heard: number; end: AbortController }

/** Each tells all others of itself, by the database; who is new asks all to do so at once. */
export function openReplicas({
  news,
  name,
  url,
  log,
  beatMs = BEAT_MS,
}: ReplicasOptions): Replicas {
  const others = openOthers()
  const tell = (isNew: boolean) => news.tell('here', { name, url, isNew })
  let hasWarned = false
  let isBeating = false

  news.listenToAll('here', (fact, process) => {
    const said = read(fact)
    if (!said) return
    if (process === news.replica) {
      // Also told for who is new, any number of times.
      if (isBeating) others.beat()
      isBeating = false
      return
    }
    if (said.isNew) tell(false)
    if (said.name !== name) {
      others.add(said.name, said.url, process)
    } else if (!hasWarned) {
      hasWarned = true
      const text = 'another replica has the same name: what clients carry leads to either of them'
      log.warn({ replica: name, url: said.url.href }, text)
    }
  })
  news.listen('gone', (fact, process) => others.remove(String(fact), process))
  // What was said meanwhile is lost.
  news.onGap(() => tell(true))
  tell(true)
  const beat = setInterval(() => {
    isBeating = true
    tell(false)
  }, beatMs)
  beat.unref()

  return {
    get size() {
      return others.size
    },
    find: others.find,
    [Symbol.dispose]() {
      clearInterval(beat)
      news.tell('gone', name)
    },
  }
}

/** Who was heard of, by name. */
function openOthers() {
  const all = new Map<string, Other>()
  let heard = 0

  function remove(name: string, process: string): void {
    const one = all.get(name)
    if (one?.process !== process) return
    all.delete(name)
    one.end.abort(new Error('the replica is gone'))
  }

  return {
    get size() {
      return all.size
    },
    add(name: string, url: URL, process: string): void {
      const known = all.get(name)
      // It was started anew, and what it had before is no more.
      if (known && known.process !== process) remove(name, known.process)
      const end = all.get(name)?.end ?? new AbortController()
      all.set(name, { url, process, heard, end })
    },
    remove,
    beat(): void {
      heard += 1
      for (const [name, { process, ...one }] of all) {
        if (heard - one.heard >= SILENT_BEATS) remove(name, process)
      }
    },
    find(name: string): Reached | null {
      const one = all.get(name)
      return one ? { url: one.url, gone: one.end.signal } : null
    },
  }
}

function read(fact: unknown): { name: string; url: URL; isNew: boolean } | null {
  const { name, url, isNew } = Object(fact) as Record<string, unknown>
  if (typeof name !== 'string' || !NAME.test(name)) return null
  const to = typeof url === 'string' ? URL.parse(url) : null
  if (!to || !/^https?:$/.test(to.protocol)) return null
  return { name, url: to, isNew: isNew === true }
}
