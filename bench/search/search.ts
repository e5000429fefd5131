import { performance } from 'node:perf_hooks'
import { indexTools } from '../../electron/core/gateway/discovery/tool-index.ts'
import { measureRecall, readTools, SETS } from './recall.ts'

/** Of questions that have a right tool among the first five; the drawn ones are only told. */
const LIMIT = 0.85
const LIMITED: readonly string[] = ['questions', 'held-out']

/**
 * Prints how well tools are found by what people say of them, and how long that takes; returns the
 * exit code, 1 when too few are found.
 */
export async function benchSearch(): Promise<number> {
  const tools = readTools()
  let isGood = true
  for (const set of SETS) {
    const { questions, at1, at5, at10, misses } = await measureRecall(set)
    isGood &&= at5 >= LIMIT || !LIMITED.includes(set)
    const facts = { 'recall@1': at1, 'recall@5': at5, 'recall@10': at10 }
    const said = Object.entries(facts).map(([name, value]) => `${name} ${value.toFixed(3)}`)
    say(`${set}: ${questions} over ${tools.length} tools: ${said.join(', ')}`)
    for (const { ask, wanted, found } of misses) {
      say(`  missed "${ask}"`)
      say(`    wanted ${wanted.join(', ')}`)
      say(`    found  ${found.slice(0, 5).join(', ')}`)
    }
  }
  await measureTimes()
  return isGood ? 0 : 1
}

const ROUNDS = 20

async function measureTimes(): Promise<void> {
  const tools = readTools()
  const begun = performance.now()
  const index = await indexTools(tools)
  const indexed = performance.now()
  for (let round = 0; round < ROUNDS; round += 1) {
    index.search('open a ticket about a broken page and assign it to a colleague', 5)
  }
  const ms = (performance.now() - indexed) / ROUNDS
  const made = (indexed - begun).toFixed(0)
  say(`index of ${tools.length} tools made in ${made} ms, a search takes ${ms.toFixed(1)} ms`)
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
