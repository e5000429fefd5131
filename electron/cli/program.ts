import { stat } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { AppError, type CoreConfig } from '../core/index.ts'
import { failureText } from '../host/failure-text.ts'
import { readStart, type HostConfig } from '../host/read-start.ts'

/** What a command is run with. */
export type Program = {
  /** Behind the name of the command. */
  args: string[]
  env: Record<string, string | undefined>
  input: Readable
  coreConfig: (config: HostConfig) => CoreConfig
  /** To stdout: what was asked for. A line. */
  tell(text: string): Promise<void>
  /** To stderr: everything else. A line. */
  complain(text: string): Promise<void>
  /** Shows how far it is, on a terminal alone; `null` takes it away. */
  progress(text: string | null): void
  /** Aborted when the process is told to end. */
  stopping: AbortSignal
}

/** How a command went: the exit codes of all of them. */
export const EXIT = { done: 0, failed: 1, wrong: 2 } as const

export type Command<Desk extends AsyncDisposable> = {
  usage: string
  /** Where it does its work: at what runs on the data folder, or in the folder itself. */
  open: (config: CoreConfig, stopping: AbortSignal) => Promise<Desk>
  /** Switches of its own, without a value. */
  flags?: readonly string[]
  /** How many words of its own it takes. */
  words: { least: number; most: number; missing: string }
  /** What it is when it cannot be done at all. */
  failed: number
  /** Whether it may be what a data folder begins with; else one that is not there was misspelt. */
  begins?: boolean
  run(desk: Desk, given: Given, program: Program): Promise<number>
}

type Given = { words: string[]; flags: ReadonlySet<string> }

/** Reads the arguments, opens a data folder or what runs on it, and does the work there. */
export async function runCommand<Desk extends AsyncDisposable>(
  command: Command<Desk>,
  program: Program,
): Promise<number> {
  const { env, complain, tell } = program
  const { words, flags, rest } = takeOwn(program.args, command.flags ?? [])
  const start = readStart({ args: rest, env, foreignSwitches: 'refuse' })
  if (start.kind === 'help') {
    await tell(command.usage)
    return EXIT.done
  }
  const { least, most, missing } = command.words
  const tooMany = words.slice(most).map((word) => `Unknown argument "${word}".`)
  const mistakes = [...(words.length < least ? [missing] : []), ...tooMany]
  if (start.kind !== 'start' || mistakes.length > 0) {
    if (mistakes.length > 0) await complain([...mistakes, 'See --help.'].join('\n'))
    else if (start.kind !== 'start') await complain(start.text)
    return command.failed
  }
  try {
    if (!command.begins) await requireFolder(start.config.dataDir)
    await using desk = await command.open(program.coreConfig(start.config), program.stopping)
    return await command.run(desk, { words, flags }, program)
  } catch (error) {
    program.progress(null)
    await complain(program.stopping.aborted ? 'Stopped.' : failureText(error))
    return command.failed
  }
}

async function requireFolder(dataDir: string): Promise<void> {
  const isMissing = await stat(dataDir).then(
    () => false,
    (error: unknown) => error instanceof Error && 'code' in error && error.code === 'ENOENT',
  )
  if (!isMissing) return
  const words = `There is no data folder "${dataDir}". Name another one with --data-dir, or start MetaMCP first.`
  throw new AppError('not-found', words)
}

/** Words and switches that are the command's; all others are MetaMCP's, each with a value. */
function takeOwn(args: readonly string[], known: readonly string[]): Given & { rest: string[] } {
  const words: string[] = []
  const flags = new Set<string>()
  const rest: string[] = []
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? ''
    if (known.includes(arg)) flags.add(arg)
    else if (!arg.startsWith('-') || arg === '-') words.push(arg)
    else {
      rest.push(arg)
      const hasOwnValue = arg.includes('=') || /^(?:-h|--help|--)$/.test(arg)
      const next = args[at + 1]
      if (hasOwnValue || next === undefined || next.startsWith('-')) continue
      rest.push(next)
      at++
    }
  }
  return { words, flags, rest }
}
