import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { JsonObject } from '../json-rpc.ts'
import { echoServer } from './echo-definition.ts'

type Json = Record<string, unknown>
/** A message of ours, as the server read it. */
type Heard = { id?: string | number; method?: string; params: Json; text: string }

/**
 * What a server does on a message; runs in a process of its own, so it sees nothing from around it.
 * `reply` answers the message, `send` says anything else.
 */
type Act = (heard: Heard, reply: (result: Json) => void, send: (message: Json) => void) => void

export interface ScriptedStdio extends AsyncDisposable {
  readonly definition: ReturnType<typeof echoServer>
  /** Lines that it has read so far. */
  lines(): Promise<string[]>
  /** The same lines, as messages. */
  heard(): Promise<JsonObject[]>
}

/** A server over stdio that keeps what it reads, and does to it whatever the test says. */
export async function openScriptedStdio(act: Act, name = 'scripted'): Promise<ScriptedStdio> {
  const folder = await mkdtemp(join(tmpdir(), 'metamcp-scripted-'))
  const record = join(folder, 'stdin')
  const program = `
    const { appendFileSync } = require('node:fs')
    const act = ${act.toString()}
    const send = (message) => process.stdout.write(JSON.stringify({ jsonrpc: '2.0', ...message }) + '\\n')
    let rest = ''
    process.stdin.setEncoding('utf8').on('data', (chunk) => {
      const lines = (rest + chunk).split('\\n')
      rest = lines.pop()
      for (const text of lines) {
        appendFileSync(${JSON.stringify(record)}, text + '\\n')
        const message = JSON.parse(text)
        const reply = (result) => send({ id: message.id, result })
        act({ ...message, params: message.params ?? {}, text }, reply, send)
      }
    })`
  // In a file: what looks like a reference in a definition is filled in.
  const file = join(folder, 'server.cjs')
  await writeFile(file, program)
  const lines = async () => {
    const text = await readFile(record, 'utf8').catch(() => '')
    return text.split('\n').filter((line) => line !== '')
  }
  return {
    definition: echoServer({ name }, { command: process.execPath, args: [file] }),
    lines,
    heard: async () => (await lines()).map((line) => JSON.parse(line) as JsonObject),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}
