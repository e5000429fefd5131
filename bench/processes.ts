import { readFile } from 'node:fs/promises'
import { commandOf, familyOf } from './scale/processes.ts'

/** How many processes of servers run below a gateway; what only starts one is not counted. */
export async function serversBelow(pid: number): Promise<number> {
  const [, ...below] = await familyOf(pid)
  const commands = await Promise.all(below.map(commandOf))
  return commands.filter((command) => /^\S*node \S*servers\/echo\.mjs /.test(command)).length
}

/** Of physical memory, in MB, with what it shares with others. */
export async function residentOf(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(text)?.[1] ?? 0) / 1024
}
