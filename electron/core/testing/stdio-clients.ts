import { Client as ClientV2 } from '@modelcontextprotocol/client'
import { StdioClientTransport as TransportV2 } from '@modelcontextprotocol/client/stdio'
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/stdio.js'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline'

const INFO = { name: 'stdio-client', version: '1.0.0' }

export type StdioOptions = {
  /** What Node is told to run, the built `metamcp` by default. */
  program?: string[]
  /** Behind `metamcp stdio`. */
  args: string[]
  env?: Record<string, string>
}

const METAMCP = [resolve(import.meta.dirname, '../../../out/main/metamcp.js'), 'stdio']

function command({ program = METAMCP, args, env = {} }: StdioOptions) {
  const own = Object.entries(process.env).filter((pair): pair is [string, string] => !!pair[1])
  const all = { ...Object.fromEntries(own), ...env }
  return { command: process.execPath, args: [...program, ...args], env: all }
}

/** A client of the legacy era: SDK v1, which stops at revision 2025-11-25. */
export async function connectLegacyStdio(options: StdioOptions) {
  const client = new ClientV1(INFO)
  const transport = new TransportV1({ ...command(options), stderr: 'ignore' })
  await client.connect(transport)
  const close = { [Symbol.asyncDispose]: () => client.close() }
  return Object.assign(client, { pid: transport.pid }, close)
}

/** A client of both eras: SDK v2, which asks a process of its own which one is spoken. */
export async function connectAutoStdio(options: StdioOptions) {
  const client = new ClientV2(INFO, { versionNegotiation: { mode: 'auto' } })
  await client.connect(new TransportV2({ ...command(options), stderr: 'ignore' }))
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.close() })
}

/** The bare process, line by line. */
export function startStdio(options: StdioOptions) {
  const { command: file, args, env } = command(options)
  const child = spawn(file, args, { env, stdio: ['pipe', 'pipe', 'pipe'] })
  const ended = once(child, 'close') as Promise<[number | null, string | null]>
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  // Who writes to a program that has ended reads why from its stderr.
  child.stdin.on('error', () => undefined)
  return {
    pid: child.pid ?? 0,
    stderr: () => stderr,
    send: (...texts: string[]) => child.stdin.write(texts.map((text) => `${text}\n`).join('')),
    /** The next line of stdout as text; rejects when there is none. */
    async next(): Promise<string> {
      const line = await lines.next()
      if (line.done) throw new Error(`no line: ${stderr}`)
      return line.value
    },
    kill: (signal: NodeJS.Signals) => child.kill(signal),
    /** Closes stdin and resolves with the exit code. */
    async end(): Promise<number | null> {
      child.stdin.end()
      const [code] = await ended
      return code
    },
    ended,
    async [Symbol.asyncDispose]() {
      child.stdin.end()
      child.kill('SIGTERM')
      await ended
    },
  }
}
