import type { CheckableServer, InstanceCheck, ServerCheck } from '../../shared/doctor.ts'
import { AppError } from '../core/index.ts'
import { openDesk, type Desk } from './desk.ts'
import { instanceLine, serverLines, summary } from './doctor-text.ts'
import { EXIT, type Command, type Program } from './program.ts'

const USAGE = `metamcp doctor [SERVER…]: tries out each server, and MetaMCP itself, and says what to do.

  --json              everything as one JSON object
  --data-dir FOLDER   where everything is kept   METAMCP_DATA_DIR

Each server is started anew, beside what runs of it: whether its command is found, or its host and
port, whether it starts, answers and lists its tools, and how long each step took. It is ended again.
A server has as long as its own startTimeoutMs, 60 s if it does not say.

Exit codes: 0 all is well, 1 something is not, 2 it could not be found out.`

/** As many as the core looks at together. */
const AT_ONCE = 4

type Checked = { server: CheckableServer; check: ServerCheck }

export const doctor: Command<Desk> = {
  usage: USAGE,
  open: openDesk,
  flags: ['--json'],
  words: { least: 0, most: 1_000, missing: '' },
  failed: EXIT.wrong,
  async run(desk, { words, flags }, program) {
    const isJson = flags.has('--json')
    const servers = named(await desk.servers(), words)
    const instance = await desk.instance()
    if (!isJson) for (const one of instance) await program.tell(instanceLine(one))
    const width = Math.max(0, ...servers.map(({ name }) => name.length))
    const checked = await checkAll(desk, servers, {
      program,
      told: async ({ server, check }) => {
        if (!isJson) await program.tell(serverLines(server, check, width))
      },
    })
    const isWell =
      instance.every(({ ok }) => ok) && checked.every(({ check }) => check.outcome !== 'failed')
    await program.tell(isJson ? jsonOf(instance, checked, isWell) : summary(instance, checked))
    return isWell ? EXIT.done : EXIT.failed
  },
}

function named(servers: CheckableServer[], names: string[]): CheckableServer[] {
  const unknown = names.filter((name) => servers.every((server) => server.name !== name))
  if (unknown.length > 0) {
    throw new AppError('not-found', `There is no server named ${unknown.join(', ')}.`)
  }
  return names.length === 0 ? servers : servers.filter(({ name }) => names.includes(name))
}

type Reporting = { program: Program; told: (checked: Checked) => Promise<void> }

/** A few together; told of in the order of the list. */
async function checkAll(
  desk: Desk,
  servers: CheckableServer[],
  { program, told }: Reporting,
): Promise<Checked[]> {
  const done: (Checked | undefined)[] = servers.map(() => undefined)
  const under = new Set<string>()
  let next = 0
  let toldOf = 0
  let telling = Promise.resolve()

  async function tellInOrder(): Promise<void> {
    for (let one = done[toldOf]; one; one = done[toldOf]) {
      toldOf += 1
      program.progress(null)
      await told(one)
    }
  }
  const show = () => {
    const count = done.filter(Boolean).length
    if (under.size > 0) program.progress(`${count} of ${servers.length} · ${[...under].join(', ')}`)
  }
  async function work(): Promise<void> {
    for (let at = next++; ; at = next++) {
      const server = servers[at]
      if (!server) return
      under.add(server.name)
      show()
      const check = await desk.check(server.id)
      under.delete(server.name)
      done[at] = { server, check }
      telling = telling.then(tellInOrder).then(show)
      await telling
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  program.progress(null)
  return done.filter((one) => one !== undefined)
}

function jsonOf(instance: InstanceCheck[], checked: Checked[], ok: boolean): string {
  const servers = checked.map(({ server, check }) => ({ ...server, ...check }))
  return JSON.stringify({ ok, instance, servers }, null, 2)
}
