import { linkIn } from './deep-link.ts'
import { HIDDEN } from './login-item.ts'

export type Launch = {
  /** As `process` has it: the executable first. */
  argv: string[]
  /** Whether the executable is plain Electron, which is told the app's folder: `process.defaultApp`. */
  isDefaultApp: boolean
}

/**
 * The arguments that are for the app, in `electron --no-sandbox . --port 0` those behind the dot.
 * Switches of Chromium may be among them: it reads the whole command line, wherever they stand.
 */
export function programArguments({ argv, isDefaultApp }: Launch): string[] {
  const args = argv.slice(1)
  if (!isDefaultApp) return args
  // As Electron finds its app: the first argument that is no switch and not the value of one.
  const app = args.findIndex(
    (arg, index) => !arg.startsWith('-') && !/^(-r|--require)$/.test(args[index - 1] ?? ''),
  )
  return app === -1 ? [] : args.slice(app + 1)
}

/** What the arguments say to the app, before those that every host takes. */
export type Program = {
  /** Serve an endpoint on stdin and stdout, without a window. */
  isStdio: boolean
  /** Show no window. */
  isHidden: boolean
  /** A link of another program, which the system hands over as an argument. */
  link: string | undefined
  args: string[]
}

export function readProgram(args: string[]): Program {
  const link = linkIn(args)
  return {
    isStdio: args.includes('--stdio'),
    isHidden: args.includes(HIDDEN),
    link,
    args: args.filter((arg) => !['--stdio', HIDDEN, link].includes(arg)),
  }
}
