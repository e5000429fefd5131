import { fileURLToPath } from 'node:url'
import type { ServerInput } from '../../../shared/server.ts'
import type { EchoOptions } from './echo-options.ts'

type StdioInput = Extract<ServerInput, { type: 'STDIO' }>

/** The definition of an echo server, a real child process; `fields` wins over what is made here. */
export function echoServer(
  options: EchoOptions = {},
  fields: Partial<Omit<StdioInput, 'type'>> = {},
): StdioInput {
  const program = fileURLToPath(new URL('echo-server.ts', import.meta.url))
  return {
    type: 'STDIO',
    name: options.name ?? 'echo',
    command: process.execPath,
    args: [program, JSON.stringify(options)],
    ...fields,
  }
}
