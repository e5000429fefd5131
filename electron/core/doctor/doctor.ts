import type { ServerCheck } from '../../../shared/doctor.ts'
import type { OwnedServer } from '../../../shared/server.ts'
import { AppError } from '../errors.ts'

export type DoctorOptions = {
  /** Starts it for a look, and ends it. Rejects only when it is aborted. */
  tryServer: (server: OwnedServer, signal: AbortSignal) => Promise<ServerCheck>
  /** How many servers are looked at together; default 4. */
  atOnce?: number
}

/** Looks at servers, a few at a time: each look starts a program, or a session, of its own. */
export interface Doctor {
  /** Rejects AppError `unavailable` when it is aborted, or closed. */
  check(server: OwnedServer, signal?: AbortSignal): Promise<ServerCheck>
  /** Ends what is being looked at; resolves when nothing of it is left. */
  close(): Promise<void>
}

const OFF: ServerCheck = { outcome: 'off', steps: [], problem: null, reason: '', noise: null }

export function openDoctor({ tryServer, atOnce = 4 }: DoctorOptions): Doctor {
  const closing = new AbortController()
  const looks = new Set<Promise<unknown>>()
  const waiting: (() => void)[] = []
  let free = atOnce

  /** Its turn, and how to end that. */
  async function turn(): Promise<Disposable> {
    if (free === 0) await new Promise<void>((resolve) => waiting.push(resolve))
    else free -= 1
    return {
      [Symbol.dispose]() {
        const next = waiting.shift()
        if (next) next()
        else free += 1
      },
    }
  }

  async function look(server: OwnedServer, signal: AbortSignal): Promise<ServerCheck> {
    using _turn = await turn()
    signal.throwIfAborted()
    return await tryServer(server, signal)
  }

  return {
    async check(server, signal) {
      if (!server.enabled) return OFF
      const both = AbortSignal.any([closing.signal, ...(signal ? [signal] : [])])
      const looking = look(server, both)
      looks.add(looking)
      try {
        return await looking
      } catch (cause) {
        if (!both.aborted) throw cause
        throw new AppError('unavailable', 'The check was stopped.', { cause })
      } finally {
        looks.delete(looking)
      }
    },
    async close() {
      closing.abort()
      await Promise.allSettled(looks)
    },
  }
}
