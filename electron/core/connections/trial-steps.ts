import { lookup } from 'node:dns/promises'
import { once } from 'node:events'
import { connect } from 'node:net'
import type { CheckStep, CheckStepName } from '../../../shared/doctor.ts'
import type { RemoteServer } from './fill-definition.ts'
import { readHttpFailure } from './http-failure.ts'
import { KnownProblem } from './known-problem.ts'
import { withSignal } from './with-signal.ts'

/** What was tried one after another, and how long each took. */
export interface Steps {
  readonly taken: CheckStep[]
  /** Does it, and notes what it has found; what it throws is noted and thrown on. */
  take<T>(step: CheckStepName, work: () => T | Promise<T>, found?: (value: T) => string): Promise<T>
  note(step: CheckStepName, since: number, outcome: Pick<CheckStep, 'ok' | 'found'>): void
}

export function openSteps(): Steps {
  const taken: CheckStep[] = []
  const note: Steps['note'] = (step, since, outcome) => {
    taken.push({ step, ...outcome, ms: Math.round((performance.now() - since) * 10) / 10 })
  }
  return {
    taken,
    note,
    async take(step, work, found = () => '') {
      const since = performance.now()
      try {
        const value = await work()
        note(step, since, { ok: true, found: found(value) })
        return value
      } catch (error) {
        note(step, since, { ok: false, found: '' })
        throw error
      }
    },
  }
}

/** Whether a host has an address, and anybody listens there: told apart before a word is said. */
export async function knock(
  { url: text, startTimeoutMs }: Pick<RemoteServer, 'url' | 'startTimeoutMs'>,
  { steps, signal }: { steps: Steps; signal: AbortSignal },
): Promise<void> {
  const url = new URL(text)
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80)
  const limit = AbortSignal.timeout(startTimeoutMs)
  const deadline = AbortSignal.any([signal, limit])
  const explained = <T>(work: Promise<T>) =>
    withSignal(work, deadline).catch((error: unknown) => {
      if (limit.aborted && !signal.aborted) throw tooLate(url.host, startTimeoutMs, error)
      const { reason, problem } = readHttpFailure(error, url)
      throw new KnownProblem(reason, problem, { cause: error })
    })
  await steps.take(
    'resolves',
    () => explained(lookup(host)),
    ({ address }) => address,
  )
  await steps.take(
    'reaches',
    () => explained(reach(host, port, deadline)),
    () => `port ${port}`,
  )
}

function tooLate(host: string, ms: number, cause: unknown): KnownProblem {
  const message = `"${host}" did not take a connection within ${ms / 1_000} s. Is it switched on, and no firewall in between?`
  return new KnownProblem(message, { code: 'other', message }, { cause })
}

async function reach(host: string, port: number, signal: AbortSignal): Promise<void> {
  const socket = connect({ host, port })
  try {
    await once(socket, 'connect', { signal })
  } finally {
    socket.destroy()
  }
}
