import { cpus } from 'node:os'
import { measureCalls } from './scale/calls.ts'
import { measureEdits } from './scale/edits.ts'
import { measureIdle } from './scale/memory.ts'
import { measureNotify, measureTold } from './scale/news.ts'
import { say, title } from './scale/say.ts'
import { openWorld, type Replica } from './scale/world.ts'

const PARTS = {
  calls: measureCalls,
  told: measureTold,
  idle: measureIdle,
  edits: measureEdits,
  notify: measureNotify,
}

/**
 * What one replica carries and what replicas cost one another: two headless programs as they are
 * built, on a real PostgreSQL. Prints what docs/scale.md counts with; takes about two minutes.
 * `only` names parts, where not all are wanted. Returns the exit code, 1 when an edit is live too late.
 */
export async function benchScale(only: readonly string[]): Promise<number> {
  title('Machine')
  const [cpu] = cpus()
  say('', `${cpus().length} × ${cpu?.model}, Node.js ${process.version}`)
  await using world = await openWorld()
  say('start of the first replica', `${world.one.startMs.toFixed(0)} ms`)
  say('start of the second one', `${world.other.startMs.toFixed(0)} ms`)
  say('connections to the database then', `${world.other.tap.most()}`)
  tellTapped('what the second one asked', world.other)
  tellTapped('what the first one asked meanwhile', world.one)
  say(
    'locks held at its start',
    world.other.tap.locked.map((ms) => `${ms.toFixed(0)} ms`).join(', '),
  )
  let code = 0
  for (const [name, measure] of Object.entries(PARTS)) {
    const isWanted = only.length === 0 || only.includes(name)
    if (isWanted && (await measure(world)) === false) code = 1
  }
  return code
}

function tellTapped(words: string, { tap }: Replica): void {
  const { statements, notifies, bytesDown } = tap.read()
  const read = `${(bytesDown / 1024).toFixed(0)} KB read`
  say(words, `${statements} statements, ${notifies} NOTIFY, ${read}`)
}
