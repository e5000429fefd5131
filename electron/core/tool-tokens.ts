import { LRUCache } from 'lru-cache'
import { messageOf } from './errors.ts'
import type { Logger } from './log.ts'
import type { TokenThread } from './token-thread.ts'

type Definition = Readonly<Record<string, unknown>>

/** What tools cost a model that is told of them, in tokens. */
export interface ToolTokens {
  /** How often something was counted: what was summed before that may be another sum now. */
  readonly rounds: number
  /**
   * Of a definition as it is listed: what its fields cost, each counted once. What was not counted
   * yet is estimated, and counted soon.
   */
  of(tool: Definition): number
  /** Of all of them, once they are counted; where that cannot be, as estimated. */
  sum(tools: readonly Definition[]): Promise<number>
}

export type ToolTokensOptions = {
  thread: Pick<TokenThread, 'count'>
  log: Logger
  /** Told when what was estimated is known. */
  onCounted: () => void
  /** Milliseconds for which what is to be counted is gathered. */
  gatherMs?: number
}

/** Of JSON with English words, about. */
const CHARACTERS_PER_TOKEN = 4

/** Names, titles, descriptions; most of a definition are its schemas, which keep their own count. */
const MAX_TEXTS = 50_000

/** Longer than any sensible definition: nobody waits for that to be counted. */
const MAX_LENGTH = 1_000_000

export function openToolTokens(options: ToolTokensOptions): ToolTokens {
  const { thread, log, onCounted, gatherMs = 100 } = options
  const costs = openCosts()
  let counting: Promise<void> = Promise.resolve()
  let timer: NodeJS.Timeout | undefined
  let hasFailed = false
  let rounds = 0

  async function countWanted(): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    const wanted = costs.takeWanted()
    if (wanted.size === 0) return
    try {
      const counts = await thread.count([...wanted.values()])
      for (const [at, slot] of [...wanted.keys()].entries()) costs.set(slot, counts[at] ?? 0)
    } catch (error) {
      if (!hasFailed) {
        log.warn({ error: messageOf(error) }, 'tokens could not be counted: they are estimated')
      }
      hasFailed = true
      // Not to be tried again: perhaps it is one of these that cannot be counted.
      for (const [slot, text] of wanted) costs.set(slot, roughly(text))
      return
    }
    rounds += 1
    onCounted()
  }

  /** One after the other: what is being counted already is waited for, too. */
  function count(): Promise<void> {
    counting = counting.then(countWanted)
    return counting
  }

  return {
    get rounds() {
      return rounds
    },
    of(tool) {
      const cost = costs.of(tool)
      if (costs.areWanted) timer ??= setTimeout(() => void count(), gatherMs).unref()
      return cost
    },
    async sum(tools) {
      const all = () => tools.reduce((sum, tool) => sum + costs.of(tool), 0)
      all()
      await count()
      return all()
    },
  }
}

/** What the fields of definitions cost, as far as that is known, and what is to be found out. */
function openCosts() {
  const objects = new WeakMap<object, number>()
  // Made when it is needed: it takes the room for all of them at once, and 40 ms.
  let made: LRUCache<string, number> | undefined
  const texts = () => (made ??= new LRUCache<string, number>({ max: MAX_TEXTS }))
  let wanted = new Map<Slot, string>()
  const get = (slot: Slot) => (typeof slot === 'string' ? texts().get(slot) : objects.get(slot))

  function costOf([name, value]: [string, unknown]): number {
    if (value === undefined) return 0
    const slot = slotOf(value)
    const known = get(slot)
    if (known !== undefined) return known
    const text = wordsOf(name, value)
    if (text.length <= MAX_LENGTH) wanted.set(slot, text)
    return roughly(text)
  }

  return {
    of: (tool: Definition) => Object.entries(tool).reduce((sum, field) => sum + costOf(field), 0),
    set(slot: Slot, count: number): void {
      if (typeof slot === 'string') texts().set(slot, count)
      else objects.set(slot, count)
    },
    get areWanted() {
      return wanted.size > 0
    },
    takeWanted(): ReadonlyMap<Slot, string> {
      const taken = wanted
      wanted = new Map()
      return taken
    },
  }
}

function roughly(text: string): number {
  return Math.ceil(text.length / CHARACTERS_PER_TOKEN)
}

/** A field as it stands in a definition, with the comma after it. */
function wordsOf(name: string, value: unknown): string {
  return `${JSON.stringify(name)}:${JSON.stringify(value) ?? ''},`
}

/**
 * What a count is kept by: texts, and what cannot change any more, stand for themselves, the rest is
 * known by its words. A text in another field costs the same, about.
 */
type Slot = object | string

function slotOf(value: unknown): Slot {
  if (typeof value === 'string') return value
  if (typeof value === 'object' && value !== null && Object.isFrozen(value)) return value
  return JSON.stringify(value) ?? ''
}
