import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { measure, tell, type Measured } from './measure.ts'
import { readOptions } from './options.ts'
import { endProgramsWithUs } from './programs.ts'
import { inColumns, tableOf } from './tables.ts'

/**
 * MetaMCP beside what has no gateway and beside other gateways: the same servers, the same load, one
 * after the other again and again on the same machine. Prints tables; returns the exit code.
 */
export async function bench(args: readonly string[]): Promise<number> {
  const { workloads, targets, runs } = readOptions(args)
  endProgramsWithUs()
  const folder = await mkdtemp(join(tmpdir(), 'metamcp-bench-'))
  const raw = `${folder}.json`
  const begun = performance.now()
  const measured: Measured[] = []
  for (const workload of workloads) {
    const own = await measure(workload, { targets, runs, folder })
    measured.push(...own)
    process.stdout.write(`\n${workload.name}: ${workload.about}\n`)
    process.stdout.write(`${inColumns(tableOf(workload, own))}\n`)
    await writeFile(raw, JSON.stringify({ machine: machine(), runs, measured }, null, 1))
  }
  await rm(folder, { recursive: true, force: true })
  tell(`took ${((performance.now() - begun) / 60_000).toFixed(1)} min; every run is in ${raw}`)
  return 0
}

export function machine() {
  const [cpu] = cpus()
  return { cpu: `${cpus().length} × ${cpu?.model}`, node: process.version }
}
