import { spawn, type SpawnOptions } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'

/** How a program ended, with what it wrote. Ended by a signal, it has the code that a shell gives. */
export type Ended = { code: number; stdout: string; stderr: string }

/** Runs a program to its end, with `input` on its stdin. Rejects when it cannot be started. */
export async function runProgram(
  command: string,
  args: string[],
  { input = '', ...options }: SpawnOptions & { input?: string } = {},
): Promise<Ended> {
  const child = spawn(command, args, { ...options, stdio: 'pipe' })
  // One that ends without reading it all has its reasons.
  child.stdin.on('error', () => undefined)
  child.stdin.end(input)
  const closed = once(child, 'close') as Promise<[number | null]>
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    closed,
  ])
  return { code: code ?? 137, stdout, stderr }
}

/** The stdout of a program that must do its work: else an error has what it said. */
export async function outputOf(command: string, args: string[]): Promise<string> {
  const { code, stdout, stderr } = await runProgram(command, args)
  if (code === 0) return stdout.trim()
  const said = `${stderr}${stdout}`.trim().split('\n').slice(-8).join('\n')
  throw new Error(`"${command} ${args.join(' ')}" ended with code ${code}: ${said}`)
}
