import { say, title } from '../scale/say.ts'
import type { SoakOptions } from './options.ts'
import type { Figure, Sample } from './samples.ts'
import type { LogCounts } from './settle.ts'
import type { World } from './world.ts'

export type Findings = {
  faults: ReadonlyMap<string, number>
  quiet: readonly Sample[]
  loaded: readonly Sample[]
  slopes: readonly Slope[]
  log: LogCounts | null
  recorded: number
  endedMs: number
}

export type Slope = { words: string; perMinute: number; most: number; isJudged: boolean }

/** All that was seen, and whether it was good. */
export function report(world: World, options: SoakOptions, found: Findings): void {
  const { ledger } = world
  const read = ledger.read()
  title(
    `Calls (${read.asked} asked, ${ledger.open().length} open, ${found.recorded} came to servers)`,
  )
  for (const [kind, own] of read.counts) {
    const words = Object.entries(own).map(([what, count]) => `${count} ${what}`)
    say(kind, words.toSorted().join(', '))
  }
  title('Time of answers by server, in ms')
  for (const [server, times] of [...read.times].toSorted()) {
    times.sort((a, b) => a - b)
    const at = (share: number) => (times[Math.floor(times.length * share)] ?? 0).toFixed(0)
    say(server, `p50 ${at(0.5)}, p99 ${at(0.99)}, the longest ${at(1 - 1e-9)} (${times.length})`)
  }
  title('Errors, by the faults that explain them')
  const reasons = [...read.reasons].toSorted((a, b) => b[1] - a[1])
  for (const [reason, count] of reasons.slice(0, 40)) say(String(count), reason)
  if (reasons.length > 40) say('', `and ${reasons.length - 40} kinds more`)
  title('Faults')
  for (const [name, count] of [...found.faults].toSorted()) say(name, String(count))
  sayFigures(found)
  title(`Violations: ${read.violated}`)
  for (const { seconds, words } of read.violations) say(`${seconds.toFixed(1)} s`, words)
  const verdict = read.violated === 0 ? 'Well' : 'NOT well'
  const again = `${options.minutes} --seed ${options.seed} --clients ${options.clients}`
  title(`${verdict}. Again: npm run soak -- ${again}${options.isPostgres ? ' --postgres' : ''}`)
}

function sayFigures({ quiet, loaded, slopes, log, endedMs }: Findings): void {
  title('Figures')
  const most = (key: Figure) => Math.max(...loaded.map((one) => one[key] ?? 0)).toFixed(0)
  say('most under load', figures({ most }))
  for (const one of quiet) {
    const heap = `${one.heap?.toFixed(1)} MB of heap, ${one.rss.toFixed(0)} MB resident`
    const counts = `${one.fds} files, ${one.children} children, ${one.threads} threads`
    say(`quiet at ${one.seconds.toFixed(0)} s`, `${heap}, ${counts}`)
    say('', one.files)
  }
  for (const { words, perMinute, most: bound, isJudged } of slopes) {
    const judged = isJudged ? `at most ${bound}` : 'not judged'
    say(words, `${perMinute.toFixed(3)} per minute (${judged})`)
  }
  if (log) say('call log', `${log.rows} rows, ${log.written} written, ${log.dropped} dropped`)
  say('end after SIGTERM', `${endedMs.toFixed(0)} ms`)
}

function figures({ most }: { most: (key: Figure) => string }): string {
  return `${most('rss')} MB resident, ${most('fds')} files, ${most('children')} children, ${most('threads')} threads`
}
