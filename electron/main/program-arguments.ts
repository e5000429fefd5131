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
