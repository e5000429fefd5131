import { setTimeout as pause } from 'node:timers/promises'
import type { Gate } from './gate.ts'
import type { Asked, Question } from './ledger.ts'
import { openRandom, pickWeighted, type Random } from './random.ts'
import { RpcFailure, type Caller } from './raw-clients.ts'
import { CLIENTS, forgiving } from './sdk-clients.ts'
import type { Json } from './server.ts'
import { BROKEN, CALM, EDITED, WORKING, type World } from './world.ts'

/** Longer than any fault holds a server up; whoever does not need a server should not notice. */
const DEADLINE_MS = 40_000
/** Of servers to which nothing is done. */
const CALM_MS = 20_000
const OPEN_MS = 30_000
const PAUSES_MS = [20, 500] as const
/** Of a hundred turns, so many end with a new connection. */
const LEAVE = 0.01

type Action = {
  weight: number
  tool: string
  args(random: Random): Json
  expected(value: string, args: Json): string
  /** Given up after so many ms. */
  givesUp?: (random: Random) => number
}

const large = (random: Random) => ({ bytes: random.between(1_000_000, 5_000_000) })
const bigger = (value: string, args: Json) => `${value}:${'x'.repeat(Number(args['bytes']))}`
const data = (size: number) => ({ data: 'd'.repeat(size) })
const taken = (value: string, args: Json) => `${value}:${String(args['data']).length}`
const own = (value: string) => value

const ACTIONS: Action[] = [
  { weight: 70, tool: 'echo', args: () => ({}), expected: own },
  { weight: 4, tool: 'big', args: () => ({ bytes: 100_000 }), expected: bigger },
  { weight: 0.4, tool: 'big', args: large, expected: bigger },
  { weight: 4, tool: 'take', args: () => data(100_000), expected: taken },
  {
    ...{ weight: 0.4, tool: 'take', expected: taken },
    args: (random) => data(random.between(1_000_000, 4_000_000)),
  },
  { weight: 8, tool: 'slow', args: () => ({ steps: 5, stepMs: 100 }), expected: own },
  {
    ...{ weight: 4, tool: 'slow', expected: own, args: () => ({ steps: 30, stepMs: 100 }) },
    givesUp: (random) => random.between(1, 500),
  },
  { weight: 4, tool: 'log', args: () => ({ lines: 5 }), expected: own },
]

/** Clients that call all the time, until the signal; resolves when all have left. */
export async function runCallers(world: World, gate: Gate, count: number): Promise<void> {
  const kinds = Object.keys(CLIENTS)
  const all = Array.from({ length: count }, (_, at) => {
    const kind = kinds[at % kinds.length] ?? ''
    const endpoint = at % 3 === 2 ? 'changing' : 'steady'
    const random = openRandom(world.seed * 1_000 + at)
    return new Client({ world, gate, kind, name: `c${at}`, endpoint, random }).run()
  })
  await Promise.all(all)
}

type ClientOptions = {
  world: World
  gate: Gate
  kind: string
  name: string
  endpoint: string
  random: Random
}

class Client {
  readonly #options: ClientOptions
  readonly #heard: ReturnType<typeof forgiving>
  #caller: Caller | null = null

  constructor(options: ClientOptions) {
    this.#options = options
    const { world, kind, name } = options
    this.#heard = forgiving((words) => world.ledger.violate(`${kind} ${name}: ${words}`))
  }

  async run(): Promise<void> {
    const { gate, random } = this.#options
    while (!gate.isOver()) {
      await gate.open()
      if (gate.isOver()) break
      this.#caller ??= await this.#open()
      if (this.#caller) {
        const own = this.#caller
        const calls = Array.from({ length: random.pick([1, 1, 1, 2, 3]) }, () => this.#turn(own))
        await gate.during(Promise.all(calls))
        if (random.next() < LEAVE) await this.#leave()
      }
      await pause(random.between(...PAUSES_MS))
    }
    await this.#leave()
  }

  #ask(server: string): Asked {
    const { world, kind, name: client, endpoint } = this.#options
    const question: Question = { kind, client, endpoint, server }
    return world.ledger.ask(question)
  }

  async #open(): Promise<Caller | null> {
    const { world, kind, endpoint } = this.#options
    const { dataDir, folder: home } = world
    const { surplus } = this.#heard
    const asked = this.#ask('-')
    const openClient = CLIENTS[kind]
    if (!openClient) throw new Error(`there are no clients called ${kind}`)
    const opening = openClient({ place: world.place(endpoint), dataDir, home, surplus })
    try {
      const caller = await within(OPEN_MS, opening)
      world.ledger.answered(asked, null)
      return caller
    } catch (error) {
      // One that comes too late is not kept.
      opening.then((late) => late.close()).catch(() => undefined)
      if (error instanceof TooLate) world.ledger.lost(asked)
      else world.ledger.failed(asked, `opening: ${wordsOf(error)}`)
      return null
    }
  }

  async #leave(): Promise<void> {
    const caller = this.#caller
    this.#caller = null
    if (caller) await within(OPEN_MS, caller.close()).catch(() => undefined)
  }

  async #turn(caller: Caller): Promise<void> {
    const { random, endpoint } = this.#options
    const chance = random.next()
    if (chance < 0.04) return this.#list(caller)
    if (chance < 0.05) return this.#callBroken(caller)
    const servers = endpoint === 'steady' ? WORKING : ['calm', 'a', EDITED]
    await this.#call(caller, random.pick(servers))
  }

  async #call(caller: Caller, server: string): Promise<void> {
    const { world, random } = this.#options
    const action = pickWeighted(ACTIONS, random)
    const given = action.args(random)
    const patience = action.givesUp?.(random) ?? null
    const asked = this.#ask(server)
    const waits = patience ?? (CALM.includes(server) ? CALM_MS : DEADLINE_MS)
    const signal = AbortSignal.timeout(waits)
    const wanted = {
      ...{ tool: `${server}__${action.tool}`, args: { ...given, value: asked.value }, signal },
      wantsProgress: action.tool === 'slow',
    }
    try {
      const text = await within(waits + 2_000, caller.call(wanted))
      const expected = action.expected(asked.value, given)
      world.ledger.answered(
        asked,
        text === expected ? null : `${text.slice(0, 80)} (${text.length})`,
      )
    } catch (error) {
      if (patience !== null && (signal.aborted || error instanceof TooLate)) {
        this.#heard.gaveUp()
        world.ledger.gaveUp(asked)
      } else this.#fail(asked, error, signal)
    }
  }

  #fail(asked: Asked, error: unknown, signal: AbortSignal): void {
    const { world } = this.#options
    if (signal.aborted || error instanceof TooLate) {
      this.#heard.gaveUp()
      world.ledger.lost(asked)
      return
    }
    world.ledger.failed(asked, wordsOf(error))
    if (error instanceof RpcFailure) return
    // The way is broken: what else is on it fails by itself.
    void this.#leave()
  }

  async #list(caller: Caller): Promise<void> {
    const { world, endpoint } = this.#options
    const asked = this.#ask('-')
    const signal = AbortSignal.timeout(DEADLINE_MS)
    try {
      const names = await within(DEADLINE_MS + 2_000, caller.list(signal))
      const needed = endpoint === 'steady' ? CALM : ['calm']
      const lacking = needed.filter((name) => !names.includes(`${name}__echo`))
      // An endpoint that is off for a moment offers nothing.
      if (lacking.length > 0) world.ledger.failed(asked, `a list without ${lacking.join()}`)
      else world.ledger.answered(asked, null)
    } catch (error) {
      this.#fail(asked, error, signal)
    }
  }

  /** Of a server that never works: an error has to come, and soon. */
  async #callBroken(caller: Caller): Promise<void> {
    const { world, random, endpoint } = this.#options
    if (endpoint !== 'steady') return
    const server = random.pick(BROKEN)
    const asked = this.#ask(server)
    const signal = AbortSignal.timeout(DEADLINE_MS)
    const args = { value: asked.value }
    try {
      await within(DEADLINE_MS + 2_000, caller.call({ tool: `${server}__echo`, args, signal }))
      world.ledger.answered(asked, 'of a server that never answers')
    } catch (error) {
      if (error instanceof RpcFailure) world.ledger.answered(asked, null)
      else this.#fail(asked, error, signal)
    }
  }
}

class TooLate extends Error {}

/** The same, but for so long; who is late is waited for by nobody. */
export async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(new TooLate(`not within ${ms} ms`)), ms)
  try {
    return await Promise.race([work, late.promise])
  } finally {
    clearTimeout(timer)
  }
}

export function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause instanceof Error ? ` (${error.cause.message})` : ''
  return `${error.message.slice(0, 300)}${cause}`
}
