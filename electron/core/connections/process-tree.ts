import { readdir, readFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import pidtree from 'pidtree'

/** How long a process left over may take to end after SIGTERM, and to be gone after SIGKILL. */
const GRACE_MS = 500
const POLL_MS = 20

export type ProcessRow = {
  pid: number
  ppid: number
  /** Together with the pid it names one process for ever; `null` where it cannot be had. */
  startedAt: number | null
  /** `null` where it cannot be had. */
  session: number | null
}

/** The processes that descend from one child of ours. */
export interface ProcessTree {
  /** Looks at who is there now. Once a parent has ended, its children can no longer be told. */
  remember(): Promise<void>
  /** Ends every process seen so far, and their children, but not the root. */
  endDescendants(): Promise<void>
}

export type TreeOptions = {
  rootPid: number
  /** A `NAME=value` that only this root was given in its environment. */
  marker: string
  listProcesses: ProcessList
}

export function openProcessTree({ rootPid, marker, listProcesses }: TreeOptions): ProcessTree {
  const seen = new Map<number, ProcessRow>()
  const remember = async () => {
    const rows = await listProcesses()
    const now = new Map(rows.map((row) => [row.pid, row]))
    const root = now.get(rootPid)
    if (root && !seen.has(rootPid)) seen.set(rootPid, root)
    // A pid that was given to another process since leads to children that are not ours.
    const parents = [...seen.values()].filter(({ pid, startedAt }) => {
      const current = now.get(pid)
      return current === undefined || current.startedAt === startedAt
    })
    const pids = parents.map(({ pid }) => pid)
    for (const row of descendantsOf(pids, rows)) if (!seen.has(row.pid)) seen.set(row.pid, row)
    return rows
  }
  return {
    async remember() {
      await remember()
    },
    async endDescendants() {
      const rows = await remember()
      const since = seen.get(rootPid)?.startedAt ?? 0
      const orphans = await findMarked(marker, since, rows)
      const all = new Map([...seen, ...orphans.map((row) => [row.pid, row] as const)])
      all.delete(rootPid)
      await endProcesses([...all.values()], listProcesses)
    },
  }
}

async function endProcesses(rows: ProcessRow[], listProcesses: ProcessList): Promise<void> {
  let left = await alive(rows, listProcesses)
  for (const how of ['SIGTERM', 'SIGKILL'] as const) {
    for (const { pid } of left) signal(pid, how)
    for (let waited = 0; left.length > 0 && waited < GRACE_MS; waited += POLL_MS) {
      // Nobody tells us when a process ends that is not our own child.
      await delay(POLL_MS)
      left = await alive(left, listProcesses)
    }
  }
}

/** Which of the rows are still the same process: a pid that was given to another is left alone. */
async function alive(rows: ProcessRow[], listProcesses: ProcessList): Promise<ProcessRow[]> {
  if (rows.length === 0) return []
  const pids = rows.map(({ pid }) => pid)
  const listed = rows.every((row) => row.startedAt !== null)
    ? await readStats(pids)
    : await listProcesses()
  const now = new Map(listed.map((row) => [row.pid, row]))
  return rows.filter((row) => {
    const current = now.get(row.pid)
    if (!current) return false
    if (row.startedAt !== null) return current.startedAt === row.startedAt
    return current.ppid === row.ppid || current.ppid === 1
  })
}

/** All running processes; what has ended but was not yet reaped does not count. */
export type ProcessList = () => Promise<ProcessRow[]>

/** Twenty servers that end together ask together: they share one look, taken after they asked. */
export function openProcessList(): ProcessList {
  let current: Promise<ProcessRow[]> | undefined
  let next: Promise<ProcessRow[]> | undefined
  const look = () => {
    next = undefined
    const looking = listProcesses().finally(() => {
      if (current === looking) current = undefined
    })
    current = looking
    return looking
  }
  return () => {
    if (!current) return look()
    next ??= current.then(look, look)
    return next
  }
}

export async function listProcesses(): Promise<ProcessRow[]> {
  // `ps` is missing in slim images, and /proc also tells one process from the next with its pid.
  if (process.platform === 'linux') {
    const rows = await listFromProc()
    if (rows.length > 0) return rows
  }
  const rows = await pidtree(-1, { advanced: true }).catch(() => [])
  return rows.map((row) => ({ ...row, startedAt: null, session: null }))
}

async function listFromProc(): Promise<ProcessRow[]> {
  const names = await readdir('/proc').catch(() => [])
  return readStats(names.filter((name) => /^\d+$/.test(name)).map(Number))
}

async function readStats(pids: number[]): Promise<ProcessRow[]> {
  return (await Promise.all(pids.map(readStat))).filter((row) => row !== null)
}

/** proc(5): pid, name in parentheses, state, ppid, group, session, …, start in ticks as the 22nd. */
async function readStat(pid: number): Promise<ProcessRow | null> {
  const stat = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => '')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [state, ppid, , session] = fields
  if (!stat || state === 'Z' || state === 'X') return null
  return { pid, ppid: Number(ppid), session: Number(session), startedAt: Number(fields[19]) }
}

/**
 * Processes whose parents are gone, recognised by what they inherited (Linux only). One that has
 * left for a session of its own, such as a browser it opened, is meant to stay.
 */
async function findMarked(
  marker: string,
  since: number,
  rows: ProcessRow[],
): Promise<ProcessRow[]> {
  const own = rows.find(({ pid }) => pid === process.pid)
  if (process.platform !== 'linux' || !own) return []
  const younger = rows.filter(
    ({ startedAt, session }) => session === own.session && Number(startedAt) >= since,
  )
  const marked = younger.map(async (row) => {
    const environment = await readFile(`/proc/${row.pid}/environ`, 'latin1').catch(() => '')
    return `\0${environment}`.includes(`\0${marker}\0`) ? [row] : []
  })
  return (await Promise.all(marked)).flat()
}

function descendantsOf(roots: number[], rows: ProcessRow[]): ProcessRow[] {
  const children = Map.groupBy(rows, (row) => row.ppid)
  const found = new Map<number, ProcessRow>()
  const visit = (pid: number) => {
    for (const row of children.get(pid) ?? []) {
      if (found.has(row.pid)) continue
      found.set(row.pid, row)
      visit(row.pid)
    }
  }
  for (const root of roots) visit(root)
  return [...found.values()]
}

function signal(pid: number, name: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(pid, name)
  } catch {
    // It ended in between.
  }
}
