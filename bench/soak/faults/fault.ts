import { setTimeout as pause } from 'node:timers/promises'
import { childrenOf, commandOf } from '../../scale/processes.ts'
import { wordsOf } from '../callers.ts'
import type { Random } from '../random.ts'
import type { Json } from '../server.ts'
import type { World } from '../world.ts'

/** What is done, to which of these; resolves once all is as it was. */
export type Fault = {
  name: string
  weight: number
  /** Only one fault at a time hits each of these. */
  targets: readonly string[]
  on?: 'PGlite' | 'PostgreSQL'
  run(hit: Hit): Promise<unknown>
}

export type Hit = { world: World; random: Random; target: string; name: string }

const BACK_MS = 120_000
const CALL_MS = 20_000

/** Processes of a server now. */
export async function processesOf({ program }: World, server: string): Promise<number[]> {
  const children = await childrenOf(program.pid)
  const commands = await Promise.all(children.map(commandOf))
  return children.filter((_, at) => commands[at]?.includes(`{"name":"${server}"`))
}

/** Errors of this server are explained while the work lasts, and until the server answers again. */
export async function disturbing(hit: Hit, work: () => Promise<unknown>): Promise<void> {
  const { world, target, name } = hit
  const end = world.ledger.disturb(`server:${target}`, name)
  try {
    await work()
    await untilBack(world, target)
  } finally {
    end()
  }
}

/** Tries until it answers; one that does not come back is a violation. */
async function untilBack(world: World, server: string): Promise<void> {
  const begun = performance.now()
  let last = ''
  while (performance.now() - begun < BACK_MS) {
    last = await order(world, `${server}__echo`).then(
      () => '',
      (error: unknown) => wordsOf(error),
    )
    if (last === '') return
    await pause(300)
  }
  world.ledger.violate(`the server ${server} did not come back within ${BACK_MS} ms: ${last}`)
}

/** Calls a tool beside all clients; not in the ledger, as it may fail. */
export async function order(world: World, tool: string, args: Json = {}): Promise<string> {
  const signal = AbortSignal.timeout(CALL_MS)
  const value = `order-${performance.now()}`
  return world.control.call({ tool, args: { value, ...args }, signal })
}

/** Tells a server to do it; one that cannot be told now does it another time. */
export async function misbehave({ world, target }: Hit, how: string, args: Json = {}) {
  await order(world, `${target}__misbehave`, { how, ...args }).catch(() => undefined)
}
