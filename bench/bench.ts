import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { judge, tableOfGoals } from './goals.ts'
import { measure, tell, type Measured } from './measure.ts'
import { readOptions } from './options.ts'
import { lookAtMachine, PAGE, writePage } from './page.ts'
import { endProgramsWithUs } from './programs.ts'
import { inColumns, tableOf } from './tables.ts'

/**
 * MetaMCP beside what has no gateway and beside other gateways: the same servers, the same load, one
 * after the other again and again on the same machine. Prints tables; returns the exit code, 1 where a
 * goal is not met.
 */
export async function bench(args: readonly string[]): Promise<number> {
  const { workloads, targets, runs, isWritten } = readOptions(args)
  endProgramsWithUs()
  const machine = lookAtMachine()
  const folder = await mkdtemp(join(tmpdir(), 'metamcp-bench-'))
  const raw = `${folder}.json`
  const begun = performance.now()
  const measured: Measured[] = []
  for (const workload of workloads) {
    const own = await measure(workload, { targets, runs, folder })
    measured.push(...own)
    process.stdout.write(`\n${workload.name}: ${workload.about}\n`)
    process.stdout.write(`${inColumns(tableOf(workload, own))}\n`)
    await writeFile(raw, JSON.stringify({ machine, runs, measured }, null, 1))
  }
  await rm(folder, { recursive: true, force: true })
  const judged = judge(measured)
  process.stdout.write(`\nGoals\n${inColumns(tableOfGoals(judged))}\n`)
  const command = ['npm run bench', ...(args.length > 0 ? ['--', ...args] : [])].join(' ')
  if (isWritten) {
    await writePage({ workloads, measured, machine, command, runs })
    tell(`written: ${PAGE}`)
  }
  tell(`took ${((performance.now() - begun) / 60_000).toFixed(1)} min; every run is in ${raw}`)
  return judged.some(({ isMet }) => isMet === false) ? 1 : 0
}
