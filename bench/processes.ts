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

/** Sizes in MB; `name`: a file's path, or empty where it is memory alone. */
export type Mapping = { name: string; rights: string; size: number; resident: number }

/** What the memory of a process consists of. */
export async function mappingsOf(pid: number): Promise<Mapping[]> {
  const text = await readFile(`/proc/${pid}/smaps`, 'utf8')
  const pattern = /^([0-9a-f]+)-([0-9a-f]+) (\S+) \S+ \S+ \d+ *(.*)$[^]*?^Rss: +(\d+) kB$/gm
  return [...text.matchAll(pattern)].map(([, from = '', to = '', rights = '', name = '', kb]) => {
    const size = (parseInt(to, 16) - parseInt(from, 16)) / 2 ** 20
    return { name, rights, size, resident: Number(kb) / 1024 }
  })
}
