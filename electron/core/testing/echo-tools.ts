import { setTimeout as delay } from 'node:timers/promises'
import { askingTools } from './echo-asking.ts'
import { chattyTools } from './echo-chatter.ts'
import { startGrandchild } from './echo-processes.ts'
import { structured, text } from './echo-results.ts'
import { EchoError } from './echo-wire.ts'
import type { JsonObject } from './echo-wire.ts'
import type { EchoCall, EchoState, EchoWorld, Tool } from './echo-world.ts'

export function echoTools(world: EchoWorld): Map<string, Tool> {
  const { options, state, extra } = world
  const own = {
    ...answers,
    ...faults,
    ...timing(state),
    ...reports(world),
    ...chattyTools(world),
    ...askingTools(world),
  }
  return new Map(Object.entries({ ...(options.bare ? {} : own), ...extra?.tools(world) }))
}

const answers: Record<string, Tool> = {
  echo: ({ args }) => ({
    content: [{ type: 'text', text: String(args['message']), 'x-block': 'kept' }],
    'x-result': { kept: true },
  }),
  add: ({ args }) => structured({ sum: Number(args['a']) + Number(args['b']) }),
  reflect: ({ id, params }) => structured({ id, params }),
  reflect_raw: ({ raw }) => text(raw),
  big: ({ args }) => text('x'.repeat(Number(args['bytes']))),
  unknown_content: ({ args: { bytes = 0, resultType } }) => ({
    ...unknownContent(Number(bytes)),
    ...(resultType === undefined ? {} : { resultType }),
  }),
  app: () => text('an app shows this'),
}

/** Nothing in here is known to any revision, and no number of it fits a double. */
function unknownContent(bytes: number): JsonObject {
  const integer = rawJson('9007199254740993123')
  const decimal = rawJson('0.1234567890123456789')
  return {
    content: [
      { type: 'x-hologram', depth: [integer, { decimal }], 'x-block': { deep: [[null]] } },
      { type: 'text', text: 'known', 'x-block': integer, _meta: { 'x-vendor': { integer } } },
    ],
    structuredContent: { integer, negative: rawJson('-9007199254740993123'), decimal },
    'x-result': { integer, list: [true, null, '✓'] },
    _meta: {
      'x-vendor/large': 'm'.repeat(bytes),
      'x-vendor/number': integer,
      'io.modelcontextprotocol/unheard-of': [1],
    },
  }
}

/** A number that goes to the wire with just these digits; the types do not know it yet. */
function rawJson(digits: string): unknown {
  return (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(digits)
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
    slow: ({ args, signal, progress }) => takeSteps(args, signal, progress),
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
    slow_task({ args, progress, asTask }) {
      return asTask(async ({ ask, signal }) => {
        const question = args['ask'] as { method: string; params?: unknown } | undefined
        const answer = question ? (await ask({ ask: question }))['ask'] : undefined
        if (args['error']) throw new EchoError(-32050, String(args['error']))
        const done = await takeSteps(args, signal, progress)
        return answer ? { ...done, structuredContent: { answer } } : done
      })
    },
  }
}

/** One after the other, with progress; stops when cancelled. */
async function takeSteps(
  args: JsonObject,
  signal: AbortSignal,
  progress: EchoCall['progress'],
): Promise<JsonObject> {
  const steps = Number(args['steps'] ?? 3)
  for (let step = 1; step <= steps; step++) {
    progress(step, steps)
    await delay(Number(args['stepMs'] ?? 10), undefined, { signal })
  }
  return text(`done after ${steps} steps`)
}

function reports({ state, listeners }: EchoWorld): Record<string, Tool> {
  return {
    async spawn({ args }) {
      const pid = await startGrandchild(args['holdsPipes'] === true, args['detached'] === true)
      state.children.push(pid)
      return structured({ pid })
    },
    env: () => structured({ env: process.env, argv: process.argv, cwd: process.cwd() }),
    state: ({ client }) =>
      structured({
        pid: process.pid,
        children: state.children,
        cancelled: state.cancelled,
        cancelledAt: state.cancelledAt,
        held: [...state.held.keys()],
        running: [...state.running].map(({ name }) => name),
        sessions: listeners.size,
        subscriptions: [...listeners].flatMap(({ subscriptions }) => [...subscriptions]),
        session: client.session,
        capabilities: client.capabilities,
        clientInfo: client.clientInfo,
        logLevel: client.logLevel,
        notifications: client.notifications,
      }),
  }
}
