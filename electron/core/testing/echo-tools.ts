import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import type { EchoOffer } from './echo-offer.ts'
import { EchoError } from './echo-wire.ts'
import type { EchoWire } from './echo-wire.ts'

type JsonObject = Record<string, unknown>

/** What the echo server remembers, told by its `state` tool. */
export type EchoState = {
  cancelled: { id: unknown; reason: unknown }[]
  children: number[]
  logLevel: string | null
  subscriptions: Set<string>
  /** Keys of calls to `hold` and what lets each go. */
  held: Map<string, () => void>
}

/** One `tools/call` on its way. */
type EchoCall = {
  id: string | number
  params: JsonObject
  args: JsonObject
  signal: AbortSignal
  /** Sends progress if the caller gave a token. */
  progress(progress: number, total?: number): void
}

type Tool = (call: EchoCall) => JsonObject | Promise<JsonObject>

/** Fixture children end by themselves after this time, should a test leave one behind. */
const LIFETIME_MS = 300_000

export function echoTools(wire: EchoWire, state: EchoState, offer: EchoOffer): Map<string, Tool> {
  return new Map(
    Object.entries({ ...answers, ...faults, ...timing(state), ...chatter(wire, state, offer) }),
  )
}

const answers: Record<string, Tool> = {
  echo: ({ args }) => ({
    content: [{ type: 'text', text: String(args['message']), 'x-block': 'kept' }],
    'x-result': { kept: true },
  }),
  add: ({ args }) => structured({ sum: Number(args['a']) + Number(args['b']) }),
  reflect: ({ id, params }) => structured({ id, params }),
  big: ({ args }) => text('x'.repeat(Number(args['bytes']))),
  env: () => structured({ env: process.env, argv: process.argv, cwd: process.cwd() }),
}

const faults: Record<string, Tool> = {
  fail: () => ({ ...text('it went wrong'), isError: true }),
  throw({ args }) {
    const { code = -32050, message = 'thrown', data = { kept: [1, 2] } } = args
    throw new EchoError(Number(code), String(message), data)
  },
  never: () => new Promise(() => {}),
  /** Answers to requests that came in before are written first. */
  exit({ args }) {
    const { code = 1, stderr } = args
    if (typeof stderr === 'string') process.stderr.write(`${stderr}\n`)
    setImmediate(() => process.exit(Number(code)))
    return new Promise(() => {})
  },
}

function timing(state: EchoState): Record<string, Tool> {
  return {
    async slow({ args, signal, progress }) {
      const steps = Number(args['steps'] ?? 3)
      for (let step = 1; step <= steps; step++) {
        progress(step, steps)
        await delay(Number(args['stepMs'] ?? 10), undefined, { signal })
      }
      return text(`done after ${steps} steps`)
    },
    hold({ args, progress }) {
      const held = Promise.withResolvers<JsonObject>()
      state.held.set(String(args['key']), () => held.resolve(text('let go')))
      progress(0)
      return held.promise
    },
    free({ args }) {
      const key = String(args['key'])
      state.held.get(key)?.()
      return text(state.held.delete(key) ? 'freed' : 'nothing held')
    },
  }
}

function chatter(wire: EchoWire, state: EchoState, offer: EchoOffer): Record<string, Tool> {
  return {
    log({ args }) {
      const { message = 'hello', level = 'info', count = 1 } = args
      for (let index = 0; index < Number(count); index++) {
        wire.notify('notifications/message', { level, logger: 'echo', data: message })
      }
      return text('logged')
    },
    change_tools() {
      const name = `added_${offer.tools.length}`
      offer.tools.push({ name, description: 'Added later', inputSchema: { type: 'object' } })
      wire.notify('notifications/tools/list_changed')
      return text(name)
    },
    touch({ args }) {
      wire.notify('notifications/resources/updated', { uri: args['uri'] })
      return text('touched')
    },
    async ask({ args }) {
      return structured(await wire.ask(String(args['method'] ?? 'ping'), args['params']))
    },
    async spawn({ args }) {
      const pid = await startGrandchild(args['holdsPipes'] === true, args['detached'] === true)
      state.children.push(pid)
      return structured({ pid })
    },
    state: () =>
      structured({
        pid: process.pid,
        children: state.children,
        cancelled: state.cancelled,
        logLevel: state.logLevel,
        subscriptions: [...state.subscriptions],
        held: [...state.held.keys()],
      }),
  }
}

/** A child that ignores SIGTERM, resolved once it does; detached, it has a session of its own. */
export async function startGrandchild(holdsPipes: boolean, detached = false): Promise<number> {
  const program = `process.on('SIGTERM', () => {})
    setTimeout(() => process.exit(), ${LIFETIME_MS})
    process.send('ready', () => process.disconnect())`
  const output = holdsPipes ? 'inherit' : 'ignore'
  const child = spawn(process.execPath, ['-e', program], {
    stdio: ['ignore', output, output, 'ipc'],
    detached,
  })
  await once(child, 'message')
  child.unref()
  return child.pid ?? 0
}

/** Keeps the process alive although its stdin ends and SIGTERM arrives. */
export function ignoreSigterm(): void {
  process.on('SIGTERM', () => {})
  setTimeout(() => process.exit(), LIFETIME_MS)
}

export function text(words: string): JsonObject {
  return { content: [{ type: 'text', text: words }] }
}

function structured(value: JsonObject): JsonObject {
  return { content: [{ type: 'text', text: JSON.stringify(value) }], structuredContent: value }
}
