import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** Fixture children end by themselves after this time, should a test leave one behind. */
const LIFETIME_MS = 300_000

/** A child that ignores SIGTERM, resolved once it does; detached, it has a session of its own. */
export async function startGrandchild(holdsPipes: boolean, detached = false): Promise<number> {
  const program = `process.on('SIGTERM', () => {})
    setTimeout(() => process.exit(), ${LIFETIME_MS})
    process.send('ready', () => process.disconnect())`
  const output = holdsPipes ? 'inherit' : 'ignore'
  const child = spawn(process.execPath, ['-e', program], {
    stdio: ['ignore', output, output, 'ipc'],
    detached,
  })
  await once(child, 'message')
  child.unref()
  return child.pid ?? 0
}

/** Keeps the process alive although its stdin ends and SIGTERM arrives. */
export function ignoreSigterm(): void {
  process.on('SIGTERM', () => {})
  setTimeout(() => process.exit(), LIFETIME_MS)
}
