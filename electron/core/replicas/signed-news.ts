import { createHmac, timingSafeEqual } from 'node:crypto'
import type { ReplicaNews } from '../db/replica-news.ts'
import type { Logger } from '../log.ts'

type Parts = {
  news: ReplicaNews
  /** 32 bytes that all replicas derive from their secret key, and nobody else. */
  key: Uint8Array
  log: Logger
}

/**
 * News between those who have the secret key: `{ fact, mac }`, the second an HMAC-SHA256 in base64url
 * of who tells, the topic and the fact. Every role that may connect to a database can notify there,
 * and would otherwise say where requests are to be handed on to.
 */
export function signedNews({ news, key, log }: Parts): ReplicaNews {
  let hasWarned = false

  function macOf(from: string, topic: string, fact: unknown): Buffer {
    return createHmac('sha256', key)
      .update(JSON.stringify([from, topic, fact]))
      .digest()
  }
  /** Listens to what was signed, and gives the fact on. */
  const checked =
    (topic: string, listener: (fact: unknown, from: string) => void) =>
    (said: unknown, from: string): void => {
      const { fact, mac } = Object(said) as Record<string, unknown>
      const given = Buffer.from(typeof mac === 'string' ? mac : '', 'base64url')
      const wanted = macOf(from, topic, fact)
      const isOurs = given.length === wanted.length && timingSafeEqual(given, wanted)
      if (isOurs) return listener(fact, from)
      if (hasWarned) return
      hasWarned = true
      log.warn({ topic }, 'told in the database by somebody without the secret key: not believed')
    }

  return {
    ...news,
    tell(topic, fact) {
      const mac = macOf(news.replica, topic, fact).toString('base64url')
      news.tell(topic, { fact, mac })
    },
    listen: (topic, listener) => news.listen(topic, checked(topic, listener)),
    listenToAll: (topic, listener) => news.listenToAll(topic, checked(topic, listener)),
  }
}
