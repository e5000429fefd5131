import type { ServerProblem } from '../../../shared/server-problem.ts'
import { messageOf } from '../errors.ts'
import { Attempt } from './attempt.ts'
import type { StartOptions } from './attempt.ts'
import type { Connection, Tenant } from './connection.ts'

export type { StartOptions }

/** A connection on its way, or there. */
export interface Start {
  /** Rejects `ServerDown`. */
  readonly connected: Promise<Connection>
  /** Why the connection closed, where that is known in facts. */
  readonly problem: ServerProblem | null
  /** Gives up, or ends what was reached; resolves when nothing of it is left. */
  end(reason: string): Promise<void>
}

/** A process that runs, and is not greeted before it is known for whom. */
export interface Spare {
  /** Settles once, when it is gone or never came up, with the reason in words. */
  readonly closed: Promise<string>
  greet(tenant: Tenant): Start
  end(reason: string): Promise<void>
}

/**
 * Starts connecting: process or HTTP session, handshake, all within the server's own deadline. With
 * a tenant the server is greeted in its name.
 */
export function startConnection(options: StartOptions, tenant?: Tenant): Start {
  const attempt = new Attempt(options)
  return startOf(attempt, attempt.run(tenant))
}

/** Starts the process of a stdio server ahead of the client that it will be for. */
export function startSpare(options: StartOptions): Spare {
  const attempt = new Attempt(options)
  const opened = attempt.open()
  return {
    closed: opened.then(
      ({ peer }) => peer.closed,
      (error: unknown) => messageOf(error),
    ),
    greet: (tenant) => {
      const connected = opened.then((line) => attempt.greet(line, tenant))
      return startOf(attempt, connected)
    },
    end: (reason) => attempt.end(reason),
  }
}

function startOf(attempt: Attempt, connected: Promise<Connection>): Start {
  return {
    connected,
    get problem() {
      return attempt.problem
    },
    end: (reason) => attempt.end(reason),
  }
}
