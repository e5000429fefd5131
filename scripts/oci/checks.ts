import type { Container } from './engine.ts'
import type { ImageFacts } from './image-facts.ts'

/** Reports what is so; throws where it is not. */
export type Check = (isSo: boolean, words: string) => void

/** A line for each process: number, name, state, user. */
const PROCESSES = `for status in /proc/[0-9]*/status; do
  awk -v OFS=' ' '/^Name:/ {name=$2} /^State:/ {state=$2} /^Pid:/ {pid=$2} /^Uid:/ {print pid, name, state, $2}' "$status" 2>/dev/null
done`

/** How long an orphan lives, and how often it is looked for. */
const ORPHAN_S = '0.2'
const LOOKS = 50

/** What holds for every container of the image. */
export async function checkInside(
  container: Container,
  { facts, check }: { facts: ImageFacts; check: Check },
): Promise<void> {
  const health = await container.exec(facts.healthcheck)
  check(health.code === 0, `HEALTHCHECK inside: ${health.stdout.trim()}`)
  const { status } = await fetch(new URL('/health', container.url))
  check(status === 200, `/health from outside: ${status}`)
  const [first, ...others] = await processesOf(container)
  check(first?.pid === 1, `its first process is ${first?.name}`)
  const users = new Set([first, ...others].map((process) => process?.uid))
  check(!users.has(0) && users.size === 1, `all of it runs as user ${[...users].join(', ')}`)
  await container.exec(['sh', '-c', `sh -c 'sleep ${ORPHAN_S} &'`])
  check(await isBuried(container), 'what others left behind is buried: no zombies')
}

export async function checkReadOnlyRoot(container: Container, check: Check): Promise<void> {
  for (const path of ['/app/x', '/etc/x', '/home/node/x']) {
    const { code, stderr } = await container.exec(['sh', '-c', `: > ${path}`])
    check(code !== 0, `${path} cannot be written: ${stderr.trim().split(': ').at(-1)}`)
  }
}

/** Of what runs; the next container on the volume begins with what was backed up. */
export async function checkBackup(container: Container, check: Check): Promise<void> {
  const made = await container.exec(['metamcp', 'backup'])
  const path = made.stdout.trim()
  check(made.code === 0 && path.startsWith('/data/backups/'), `"metamcp backup" makes ${path}`)
  const put = await container.exec(['metamcp', 'restore', path])
  check(put.code === 0, `"metamcp restore" of it: ${put.stdout.trim()}`)
}

/** Also without a home but the volume, and a root that nobody can write to. */
export async function checkUv(container: Container, check: Check, version: string): Promise<void> {
  const { code, stdout, stderr } = await container.exec(['uvx', '--version'])
  check(code === 0 && stdout.includes(version), `uvx is there: ${(stdout || stderr).trim()}`)
}

/** Until no orphan is left, or it is one that nobody buries. */
async function isBuried(container: Container): Promise<boolean> {
  for (let look = 0; look < LOOKS; look++) {
    const processes = await processesOf(container)
    if (processes.every(({ name, state }) => name !== 'sleep' && state !== 'Z')) return true
  }
  return false
}

async function processesOf(container: Container) {
  const { stdout } = await container.exec(['sh', '-c', PROCESSES])
  const lines = stdout.trim().split('\n')
  return lines
    .map((line) => {
      const [pid, name, state, uid] = line.split(' ')
      return { pid: Number(pid), name, state, uid: Number(uid) }
    })
    .toSorted((one, other) => one.pid - other.pid)
}
