import { setTimeout as delay } from 'node:timers/promises'
import { MODERN_VERSIONS, RpcError } from '../json-rpc.ts'
import type { Era } from './connection.ts'

/** The two ways to greet a server; an aborted one is given up without a word to the server. */
export type Greetings<T> = {
  /** What is remembered of the server; it may have become another since. */
  knownEra: Era | null
  /** How long a server that does not know `server/discover` may be silent about it. */
  probeMs: number
  discover(signal: AbortSignal): Promise<T>
  initialize(signal: AbortSignal): Promise<T>
  /** Whether a server that did not take `server/discover` may still take `initialize`. */
  mayBeLegacy(error: unknown): boolean
}

type Try<T> = { outcome: Promise<{ value: T } | { error: unknown }>; abort: AbortController }

/**
 * Greets a server in its own era (revision 2026-07-28, "Backward Compatibility" of stdio and of
 * Streamable HTTP): `server/discover` tells a modern server, and whatever else is answered to it, or
 * nothing at all, a legacy one. One that is known to be legacy is not asked, unless it refuses.
 */
export async function greetInEra<T>(greetings: Greetings<T>): Promise<T> {
  const { knownEra, probeMs, mayBeLegacy } = greetings
  if (knownEra === 'legacy') return greetLegacy(greetings)
  const probe = attempt(greetings.discover)
  const answer = await Promise.race([probe.outcome, silence(probeMs)])
  if (answer === undefined) return greetBoth(greetings, probe)
  if ('value' in answer) return answer.value
  if (!mayBeLegacy(answer.error)) throw answer.error
  return greetings.initialize(new AbortController().signal)
}

async function greetLegacy<T>(greetings: Greetings<T>): Promise<T> {
  try {
    return await greetings.initialize(new AbortController().signal)
  } catch (error) {
    if (!(error instanceof RpcError)) throw error
    const probe = attempt(greetings.discover)
    const answer = await Promise.race([probe.outcome, silence(greetings.probeMs)])
    probe.abort.abort()
    if (answer && 'value' in answer) return answer.value
    throw error
  }
}

/** The server has not said a word yet: it is slow, or does not answer what it does not know. */
async function greetBoth<T>(greetings: Greetings<T>, probe: Try<T>): Promise<T> {
  const hail = attempt(greetings.initialize)
  const tries = [probe, hail].map(async (one) => ({ one, answer: await one.outcome }))
  const { one, answer } = await Promise.race(tries)
  const other = one === probe ? hail : probe
  if ('value' in answer) {
    other.abort.abort()
    return answer.value
  }
  if (one === probe && !greetings.mayBeLegacy(answer.error)) {
    hail.abort.abort()
    throw answer.error
  }
  const isPatient = one === probe || saysModern(answer.error)
  const late = isPatient ? [other.outcome] : [other.outcome, silence(greetings.probeMs)]
  const last = await Promise.race(late)
  probe.abort.abort()
  if (last && 'value' in last) return last.value
  throw last && one === probe ? last.error : answer.error
}

/** A modern server should name its versions in whatever it answers to `initialize`. */
function saysModern(error: unknown): boolean {
  if (!(error instanceof RpcError)) return false
  const words = JSON.stringify([error.message, error.data])
  return MODERN_VERSIONS.some((version) => words.includes(version))
}

function attempt<T>(greet: (signal: AbortSignal) => Promise<T>): Try<T> {
  const abort = new AbortController()
  const outcome = greet(abort.signal).then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  )
  return { outcome, abort }
}

function silence(ms: number): Promise<undefined> {
  return delay(ms, undefined, { ref: false })
}
