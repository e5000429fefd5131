import { readFile, writeFile } from 'node:fs/promises'
import { cpus, loadavg, totalmem } from 'node:os'
import { resolve } from 'node:path'
import { format, resolveConfig } from 'prettier'
import { judge, tableOfGoals, type Judged } from './goals.ts'
import type { Measured } from './measure.ts'
import { tableOf, type Table } from './tables.ts'
import { PEERS } from './targets/peers.ts'
import type { Workload } from './workloads/workload.ts'

export const PAGE = resolve(import.meta.dirname, '../docs/benchmarks.md')

/** What is between these is written by the bench; what is around them, by people. */
const BEGIN = '<!-- written by `npm run bench` from here -->'
const END = '<!-- to here -->'

type Machine = ReturnType<typeof lookAtMachine>

/** `busy`: how many programs wanted a core in the minute before. */
export function lookAtMachine() {
  const [cpu] = cpus()
  return {
    cpu: `${cpus().length} × ${cpu?.model.trim()}`,
    memory: `${(totalmem() / 2 ** 30).toFixed(0)} GB`,
    node: process.version,
    date: new Date().toISOString().slice(0, 10),
    busy: loadavg()[0] ?? 0,
  }
}

export type Told = {
  workloads: readonly Workload[]
  measured: readonly Measured[]
  machine: Machine
  /** As it was typed. */
  command: string
  runs: number
  /** What could not be installed. */
  missing: readonly string[]
}

/** Writes what was measured into the page, and leaves the rest of that as it is. */
export async function writePage(told: Told): Promise<void> {
  const text = await readFile(PAGE, 'utf8')
  const [before, after] = [text.indexOf(BEGIN), text.indexOf(END)]
  if (before < 0 || after < 0) throw new Error(`${PAGE} does not say where to write`)
  const made = `${text.slice(0, before)}${BEGIN}\n\n${measuredPart(told)}\n\n${text.slice(after)}`
  const options = await resolveConfig(PAGE)
  await writeFile(PAGE, await format(made, { ...options, parser: 'markdown' }))
}

function measuredPart({ workloads, measured, machine, command, runs, missing }: Told): string {
  const judged = judge(measured)
  const peers = Object.entries(PEERS).map(([name, version]) => `${name} ${version}`)
  const absent = missing.length > 0 ? ` Not installed: ${missing.join(', ')}.` : ''
  const busy = `${machine.busy.toFixed(1)} programs wanted a core in the minute before`
  return [
    `\`${command}\` on ${machine.date}: ${machine.cpu}, ${machine.memory}, Node.js ${machine.node}; ${busy}. ` +
      `Medians of ${runs} runs, target after target and then again, unless a table says otherwise. ` +
      `Peers: ${peers.join(', ')}.${absent}`,
    '## Goals',
    inMarkdown(tableOfGoals(judged)),
    notMet(judged),
    ...workloads.flatMap((workload) => {
      const own = measured.filter((one) => one.workload === workload.name)
      const times = Math.min(runs, workload.maxRuns ?? runs)
      const few = times < runs ? ` ${times} runs.` : ''
      return [
        `## ${workload.name}`,
        workload.about + few,
        inMarkdown(tableOf(workload, own)),
        own.flatMap(({ target, failure }) => (failure ? `- ${target} ${failure}` : [])).join('\n'),
      ]
    }),
  ].join('\n\n')
}

function notMet(judged: readonly Judged[]): string {
  const missed = judged.filter(({ isMet }) => isMet === false)
  if (missed.length === 0) return 'All are met.'
  const words = missed.map(({ goal }) => `${goal.words}${goal.by ? ` ÷ ${goal.by}` : ''}`)
  return `**Not met:** ${words.join('; ')}.`
}

/** What failed is told below the table. */
function inMarkdown({ head, rows }: Table): string {
  const cells = (row: readonly string[]) => `| ${head.map((_, at) => row[at] ?? '').join(' | ')} |`
  const lines = rows.map((row) => cells(row.length === head.length ? row : row.slice(0, 1)))
  return [cells(head), cells(head.map(() => '---')), ...lines].join('\n')
}
