import { rmSync } from 'node:fs'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { judge, tableOfGoals } from './goals.ts'
import { measure, tell, type Measured } from './measure.ts'
import { readOptions } from './options.ts'
import { lookAtMachine, PAGE, writePage } from './page.ts'
import { endProgramsWithUs } from './programs.ts'
import { inColumns, tableOf, type Table } from './tables.ts'
import { installPeer } from './targets/peers.ts'
import type { Target } from './targets/target.ts'

/** So many programs that want a core, besides us. */
const BUSY = 0.5

/**
 * MetaMCP beside what has no gateway and beside other gateways: the same servers, the same load, one
 * after the other again and again on the same machine. Prints tables; returns the exit code, 1 where a
 * goal is not met.
 */
export async function bench(args: readonly string[]): Promise<number> {
  const { workloads, targets: wanted, runs, isWritten } = readOptions(args)
  endProgramsWithUs()
  const machine = lookAtMachine()
  if (machine.busy > BUSY) tell('This machine is busy: what is measured will be off, ratios too.')
  const begun = performance.now()
  const targets = await installed(wanted)
  const folder = await mkdtemp(join(tmpdir(), 'metamcp-bench-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const measured: Measured[] = []
  for (const workload of workloads) {
    const own = await measure(workload, { targets, runs, folder })
    measured.push(...own)
    say(`${workload.name}: ${workload.about}`, tableOf(workload, own))
    await writeFile(`${folder}.json`, JSON.stringify({ machine, runs, measured }, null, 1))
  }
  const judged = judge(measured)
  if (judged.length > 0) say('Goals', tableOfGoals(judged))
  if (isWritten) {
    const command = ['npm run bench', ...(args.length > 0 ? ['--', ...args] : [])].join(' ')
    const missing = wanted.filter((one) => !targets.includes(one)).map(({ name }) => name)
    await writePage({ workloads, measured, machine, command, runs, missing })
    tell(`written: ${PAGE}`)
  }
  const minutes = ((performance.now() - begun) / 60_000).toFixed(1)
  tell(`took ${minutes} min; every run is in ${folder}.json`)
  return judged.some(({ isMet }) => isMet === false) ? 1 : 0
}

function say(words: string, table: Table): void {
  process.stdout.write(`\n${words}\n${inColumns(table)}\n`)
}

/** Those that can be measured; the others are named. */
async function installed(targets: readonly Target[]): Promise<readonly Target[]> {
  const there: Target[] = []
  for (const target of targets) {
    const trouble = await installPeer(target.name)
    if (trouble === undefined) there.push(target)
    else tell(`${target.name} is not measured, since it could not be installed: ${trouble}`)
  }
  return there
}
