import type { ServerCheck } from '../../../shared/doctor.ts'
import type { Server } from '../../../shared/server.ts'
import { messageOf } from '../errors.ts'
import { isObject, RpcError, type JsonObject } from '../json-rpc.ts'
import { ServerDown, type Connection } from './connection.ts'
import { fillDefinition, type Filled } from './fill-definition.ts'
import { findCommand } from './find-command.ts'
import type { Fetch } from './http-client.ts'
import { KnownProblem, maskProblem, problemOf } from './known-problem.ts'
import { startConnection, type StartOptions } from './start.ts'
import { openStderrTail } from './stderr-tail.ts'
import { knock, openSteps, type Steps } from './trial-steps.ts'

type Given =
  | ('log' | 'childEnv' | 'fetch' | 'auth' | 'listProcesses' | 'haste')
  | ('clientInfo' | 'obstacle' | 'readEnv' | 'knownEra')

export type TrialOptions = Pick<StartOptions, Given> & {
  /**
   * Whether its host may be looked up, and its port be knocked at, by us. Not where what it may reach
   * is limited, nor where a proxy does both.
   */
  mayKnock: (url: URL) => boolean
  signal: AbortSignal
}

type Parts = TrialOptions & { steps: Steps; onNoise: (line: string) => void }

/** A server may leave our first question unanswered for so long, as in pools. */
const PROBE_MS = 3_000
const MAX_PAGES = 100
const QUOTED_CHARACTERS = 200

/**
 * Starts a server for a look at it, beside what pools may have of it, times each step, and ends it:
 * when this resolves, nothing of it is left. Rejects only with the reason of the signal.
 */
export async function tryServer(server: Server, options: TrialOptions): Promise<ServerCheck> {
  const steps = openSteps()
  let mask = (text: string) => text
  let noise: ServerCheck['noise'] = null
  const onNoise = (line: string) => {
    noise = { lines: (noise?.lines ?? 0) + 1, first: noise?.first ?? cut(mask(line)) }
  }
  try {
    const filled = await steps.take('settings', () => prepare(server, options))
    mask = filled.mask
    await lookFor(filled, { ...options, steps, onNoise })
    await meet(server, { ...options, steps, onNoise })
    return { outcome: 'ok', steps: steps.taken, problem: null, reason: '', noise }
  } catch (error) {
    options.signal.throwIfAborted()
    const message = mask(error instanceof ServerDown ? error.reason : messageOf(error))
    const problem = problemOf(error) ?? { code: 'other', message }
    const failed = { outcome: 'failed', problem: maskProblem(problem, mask) } as const
    return { ...failed, steps: steps.taken, reason: message, noise }
  }
}

function prepare(server: Server, { obstacle, readEnv }: TrialOptions): Filled<Server> {
  const found = obstacle(server)
  if (found) throw new KnownProblem(found.words, found.problem)
  return fillDefinition(server, readEnv())
}

/** What can be known before it is started: where its command is, or whether anybody is there. */
async function lookFor(filled: Filled<Server>, parts: Parts): Promise<void> {
  const { steps, childEnv, mayKnock } = parts
  if (filled.type !== 'STDIO') {
    if (mayKnock(new URL(filled.url))) await knock(filled, parts)
    return
  }
  const { command, cwd } = filled
  const find = async () => findCommand({ command, cwd, env: await childEnv(filled.env) })
  await steps.take('command', find, (path) => path)
}

async function meet(server: Server, parts: Parts): Promise<void> {
  const { signal, steps, fetch } = parts
  signal.throwIfAborted()
  const greeting = openGreeting(steps)
  const start = startConnection({
    ...parts,
    server,
    fetch: greeting.watched(fetch),
    stderr: openStderrTail(),
    after: Promise.resolve(),
    callTimeoutMs: server.startTimeoutMs,
    maxCallMs: server.startTimeoutMs,
    probeMs: PROBE_MS,
    onStep: greeting.reached,
    onNotification: () => {},
    onAmbiguous: () => {},
  })
  const giveUp = () => void start.end('The check was stopped.')
  signal.addEventListener('abort', giveUp)
  try {
    const connection = await start.connected.catch(greeting.failed)
    greeting.done(connection)
    if (isObject(capabilitiesOf(connection)?.['tools'])) {
      const list = () => listTools(connection, parts)
      await steps.take('tools', list, (count) => (count === 1 ? '1 tool' : `${count} tools`))
    }
  } finally {
    signal.removeEventListener('abort', giveUp)
    await start.end('The check is over.')
  }
}

/** The start and the greeting as steps of their own. */
function openGreeting(steps: Steps) {
  const begun = performance.now()
  let started: number | null = null
  let status: number | null = null
  return {
    watched: (fetch: Fetch): Fetch => {
      return async (url, init) => {
        const response = await fetch(url, init)
        status ??= response.status
        return response
      }
    },
    reached(step: string) {
      if (started === null && step.startsWith('waiting')) started = performance.now()
    },
    done({ hello }: Connection) {
      const { protocolVersion, serverInfo } = hello
      const { name, version } = isObject(serverInfo) ? serverInfo : {}
      const who = [name, version].filter((one) => typeof one === 'string').join(' ')
      const found = [protocolVersion, who].filter((one) => typeof one === 'string' && one !== '')
      noteStart(true)
      steps.note('answers', started ?? begun, { ok: true, found: found.join(' · ') })
    },
    failed(error: unknown): never {
      // Whose process is gone has not started, however far it got.
      const isGone = problemOf(error)?.code === 'exited'
      const hasStarted = started !== null && !isGone
      const found = status === null ? '' : `HTTP ${status}`
      if (hasStarted) noteStart(true)
      const since = hasStarted ? (started ?? begun) : begun
      steps.note(hasStarted ? 'answers' : 'starts', since, { ok: false, found })
      throw error
    },
  }

  function noteStart(ok: boolean) {
    const ms = Math.round(((started ?? begun) - begun) * 10) / 10
    steps.taken.push({ step: 'starts', ok, ms, found: '' })
  }
}

async function listTools(connection: Connection, { signal }: Parts): Promise<number> {
  let cursor: unknown
  let count = 0
  for (let page = 0; page < MAX_PAGES; page++) {
    const params = cursor === undefined ? undefined : { cursor }
    const { tools, nextCursor } = await connection
      .request('tools/list', params, { signal })
      .catch(explain)
    if (!Array.isArray(tools)) throw new Error('Its answer to tools/list holds no list of tools.')
    count += tools.length
    cursor = nextCursor
    if (cursor === undefined || cursor === null) break
  }
  return count
}

function explain(error: unknown): never {
  if (!(error instanceof RpcError)) throw error
  const { code, data } = error
  const isLate = isObject(data) && typeof data['timeoutMs'] === 'number'
  const seconds = isLate ? Number(data['timeoutMs']) / 1_000 : 0
  const words = isLate
    ? `It did not answer tools/list within ${seconds} s.`
    : `It answered tools/list with an error: ${error.message} (${code}).`
  throw new KnownProblem(words, { code: 'other', message: words }, { cause: error })
}

function capabilitiesOf({ hello }: Connection): JsonObject | null {
  const { capabilities } = hello
  return isObject(capabilities) ? capabilities : null
}

function cut(line: string): string {
  return line.length > QUOTED_CHARACTERS ? `${line.slice(0, QUOTED_CHARACTERS)}…` : line
}
