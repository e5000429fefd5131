import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { ServerInput } from '../../../shared/server.ts'
import type { EchoOptions } from './echo-options.ts'

type StdioInput = Extract<ServerInput, { type: 'STDIO' }>
type HttpInput = Extract<ServerInput, { type: 'STREAMABLE_HTTP' }>

const PROGRAM = fileURLToPath(new URL('echo-start.mjs', import.meta.url))

/** The definition of an echo server, a real child process; `fields` wins over what is made here. */
export function echoServer(
  options: EchoOptions = {},
  fields: Partial<Omit<StdioInput, 'type'>> = {},
): StdioInput {
  return {
    type: 'STDIO',
    name: options.name ?? 'echo',
    command: process.execPath,
    args: [PROGRAM, JSON.stringify(options)],
    ...fields,
  }
}

export interface EchoHttp extends AsyncDisposable {
  /** `http://localhost:PORT/mcp` */
  readonly url: string
  readonly pid: number
  /** Resolves with the exit code when it ended, by itself or otherwise. */
  readonly exited: Promise<number | null>
  /** Its definition; `fields` wins over what is made here. */
  definition(fields?: Partial<Omit<HttpInput, 'type'>>): HttpInput
  /** Ends the process without a word to its clients. */
  kill(): Promise<void>
}

/** An echo server over HTTP, a real child process on a free port, once it listens. */
export async function startEchoHttp(options: EchoOptions = {}): Promise<EchoHttp> {
  const args = JSON.stringify({ ...options, http: options.http ?? true })
  const child = spawn(process.execPath, [PROGRAM, args], {
    // It ends when the channel does: with the test, however that ends.
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  })
  const exited = once(child, 'exit').then(([code]) => code as number | null)
  const listening = Promise.withResolvers<string>()
  createInterface(child.stdout as Readable).on('line', (line) => {
    const url = /^listening (\S+)$/.exec(line)?.[1]
    if (url !== undefined) listening.resolve(url)
  })
  void exited.then((code) => listening.reject(new Error(`The echo server exited with ${code}.`)))
  const url = await listening.promise
  const kill = async () => {
    child.kill('SIGKILL')
    await exited
  }
  return {
    ...{ url, exited, kill, pid: child.pid ?? 0, [Symbol.asyncDispose]: kill },
    definition: (fields = {}) => ({
      ...{ type: 'STREAMABLE_HTTP', name: options.name ?? 'echo', url },
      ...fields,
    }),
  }
}
