import { spawn } from 'node:child_process'
import type { SpawnOptions } from 'node:child_process'
import { once } from 'node:events'
import { constants } from 'node:os'
import { env } from 'node:process'
import { isatty } from 'node:tty'

/** Where the scripts' children write when stdout is not theirs to use. */
export const STDOUT_TO_STDERR: SpawnOptions['stdio'] = ['ignore', 2, 2]

/**
 * Runs a program to its end and tells how it ended as a shell does: its exit code, or 128 + the
 * number of the signal that ended it. SIGTERM and SIGINT to us go on to it, and we outlive it. The
 * end of the npm that started us counts as SIGTERM.
 * Rejects when it cannot be started.
 */
export async function runChild(
  command: string,
  args: string[],
  options: SpawnOptions,
): Promise<number> {
  const child = spawn(command, args, options)
  const terminate = () => {
    parent.close()
    child.kill('SIGTERM')
  }
  const interrupt = () => {
    parent.close()
    // Ctrl-C in a terminal reaches the child as well, and to some of them, like vitest, a second one
    // means "at once". MetaMCP itself closes once, however often it is told.
    if (!inTerminal()) child.kill('SIGINT')
  }
  const parent = watchParent(terminate)
  process.on('SIGTERM', terminate).on('SIGINT', interrupt)
  try {
    const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null]
    return signal === null ? (code ?? 1) : 128 + constants.signals[signal]
  } finally {
    parent.close()
    process.off('SIGTERM', terminate).off('SIGINT', interrupt)
  }
}

/**
 * npm gives SIGTERM to the shell that it started us with, and that shell dies without passing it
 * on: all that we see of it is another parent. Nothing sends an event for this.
 */
function watchParent(onGone: () => void) {
  const first = process.ppid
  if (env.npm_lifecycle_event === undefined) return { close: () => undefined }
  const timer = setInterval(() => process.ppid !== first && onGone(), 250)
  return { close: () => clearInterval(timer) }
}

function inTerminal(): boolean {
  return [0, 1, 2].some((fd) => isatty(fd))
}
