import { readdir, readFile, readlink } from 'node:fs/promises'
import { childrenOf, type openHeap } from '../scale/processes.ts'
import type { World } from './world.ts'

export type Sample = {
  seconds: number
  /** In MB. */
  rss: number
  threads: number
  fds: number
  /** Where they lead to. */
  files: string
  children: number
  /** After a collection, in MB; at quiet points alone. */
  heap?: number
}

/** What can be drawn over time. */
export type Figure = Exclude<keyof Sample, 'files'>

type Heap = Awaited<ReturnType<typeof openHeap>>

/** What Linux says of the gateway now. */
export async function lookAt({ program: { pid }, ledger }: World): Promise<Sample> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  const of = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0)
  const paths = await pathsOf(pid)
  return {
    seconds: ledger.seconds(),
    rss: of('VmRSS') / 1_024,
    threads: of('Threads'),
    fds: paths.filter((path) => !isPassing(path)).length,
    files: kindsOf(paths),
    children: (await childrenOf(pid)).length,
  }
}

/** The same without garbage. */
export async function lookQuietly(world: World, heap: Heap): Promise<Sample> {
  // What finalizers let go in the first one goes in the second one.
  await heap.look()
  const { heapUsed } = await heap.look()
  return { ...(await lookAt(world)), heap: heapUsed }
}

/**
 * By how much per minute: the median of what lies between any two (Theil and Sen), for which a moment
 * in which a thread counts tokens, with 50 MB of its own, makes no difference.
 */
export function slopeOf(samples: readonly Sample[], key: Figure): number {
  const points = samples.flatMap((one) => {
    const value = one[key]
    return value === undefined ? [] : [{ x: one.seconds / 60, y: value }]
  })
  const slopes = points.flatMap((one, at) =>
    points.slice(at + 1).map((other) => (other.y - one.y) / (other.x - one.x)),
  )
  slopes.sort((a, b) => a - b)
  const [low, high] = [Math.floor, Math.ceil].map((round) => round((slopes.length - 1) / 2))
  return ((slopes[low ?? 0] ?? 0) + (slopes[high ?? 0] ?? 0)) / 2
}

async function pathsOf(pid: number): Promise<string[]> {
  const all = await readdir(`/proc/${pid}/fd`).catch(() => [])
  const paths = all.map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => ''))
  // Those that were closed meanwhile lead nowhere.
  return (await Promise.all(paths)).filter((path) => path !== '')
}

/**
 * PGlite opens files of tables as it likes, and closes them when they are many; a look at all
 * processes of the machine is over in a moment.
 */
const isPassing = (path: string) => /\/data\/db\/|^\/proc\//.test(path)

function kindsOf(paths: readonly string[]): string {
  const kinds = Map.groupBy(paths, (path) => {
    if (isPassing(path)) return path.startsWith('/proc/') ? 'in /proc' : 'of the database'
    return /^(\w+):/.exec(path)?.[1] ?? path
  })
  return [...kinds].map(([kind, own]) => `${own.length} ${kind}`).join(', ')
}
