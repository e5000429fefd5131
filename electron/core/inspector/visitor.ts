import type { InspectorTarget } from '../../../shared/inspector.ts'
import { AppError } from '../errors.ts'
import type { Endpoint } from '../gateway/endpoint.ts'
import type { Session } from '../gateway/session.ts'
import type { Sessions } from '../gateway/sessions.ts'
import {
  failure,
  LEGACY_VERSIONS,
  RpcCode,
  RpcError,
  type RpcNotification,
  type RpcRequest,
} from '../json-rpc.ts'
import type { Run } from './run.ts'

/** As clients of the legacy era do: such a one is asked on the spot, and here a person can answer. */
const CAPABILITIES = {
  sampling: { tools: {}, context: {} },
  elicitation: { form: {}, url: {} },
  roots: { listChanged: true },
}

export type VisitorsOptions = { sessions: Sessions; version: string }

type Visitor = { session: Session; runs: Set<Run> }

/**
 * The sessions that people at the inspector have, one for each caller and target: a server that
 * remembers things does so from one run to the next.
 */
export class Visitors {
  readonly #options: VisitorsOptions
  readonly #visitors = new Map<string, Promise<Visitor>>()

  constructor(options: VisitorsOptions) {
    this.#options = options
  }

  /** Rejects with `AppError` when the endpoint goes meanwhile. */
  async session(caller: string, target: InspectorTarget, endpoint: Endpoint): Promise<Session> {
    return (await this.#visitor(caller, target, endpoint)).session
  }

  /** Until the returned function is called, the newest run hears what belongs to no request. */
  async attach(caller: string, target: InspectorTarget, endpoint: Endpoint) {
    const visitor = await this.#visitor(caller, target, endpoint)
    const { session, runs } = visitor
    const listener = listenerOf(visitor)
    return {
      session,
      begin(run: Run): () => void {
        runs.add(run)
        session.listen(listener)
        return () => {
          runs.delete(run)
          session.stopListening(listener)
          const newest = [...runs].at(-1)
          if (newest) session.listen(listenerOf(visitor))
        }
      },
    }
  }

  async #visitor(caller: string, target: InspectorTarget, endpoint: Endpoint): Promise<Visitor> {
    const key = JSON.stringify([caller, target.kind, target.id])
    const known = await this.#visitors.get(key)
    if (known && !known.session.ended.aborted && known.session.endpoint === endpoint) return known
    const opening = this.#open(caller, endpoint)
    this.#visitors.set(key, opening)
    const forget = () => {
      if (this.#visitors.get(key) === opening) this.#visitors.delete(key)
    }
    opening.then(({ session }) => session.ended.addEventListener('abort', forget), forget)
    return opening
  }

  async #open(caller: string, endpoint: Endpoint): Promise<Visitor> {
    const { sessions, version } = this.#options
    const params = {
      protocolVersion: LEGACY_VERSIONS[0],
      capabilities: CAPABILITIES,
      clientInfo: { name: 'metamcp-inspector', title: 'MetaMCP Inspector', version },
    }
    try {
      const { session } = await sessions.open(endpoint, caller, params)
      return { session, runs: new Set() }
    } catch (cause) {
      if (!(cause instanceof RpcError)) throw cause
      throw new AppError('not-found', 'What was to be run is not there any more.', { cause })
    }
  }
}

function listenerOf({ session, runs }: Visitor) {
  return {
    send(message: RpcNotification | RpcRequest): void {
      const newest = [...runs].at(-1)
      if (newest) return newest.hear(message)
      if (!('id' in message)) return
      const error = new RpcError(RpcCode.internalError, 'Nobody is there to answer')
      session.response(failure(message.id, error))
    },
    end() {},
  }
}
