import { once } from 'node:events'
import type { Readable, Writable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import { AppError, type CoreConfig } from '../../core/index.ts'
import { failureText } from '../failure-text.ts'
import { readStart, type HostConfig, type StartOptions } from '../read-start.ts'
import type { RunningCore } from '../run-file.ts'
import { Bridge } from './bridge.ts'
import { onLines } from './lines.ts'
import { reachCore } from './reach-core.ts'

export type StdioProgram = StartOptions & {
  input: Readable
  output: Writable
  /** A line for a person; stdout is the protocol's. */
  tell(sentence: string): Promise<void>
  /** Asked for when a core has to be started here. */
  coreConfig(config: HostConfig): CoreConfig | Promise<CoreConfig>
  /** Aborted when the process is told to end. */
  stopping: AbortSignal
}

/** Milliseconds that answers may still take when the client has closed its side. */
const LAST_ANSWERS_MS = 1_000
/** Lines that wait for their turn; further ones stay in the pipe. */
const MAX_WAITING = 1_000

const USAGE = `metamcp stdio: an MCP server on stdin and stdout, for clients that know only that.

  --endpoint NAME     the endpoint to serve (default)

It talks to the MetaMCP that runs on the data folder, or starts one that ends with it. The other
arguments are those of MetaMCP itself:
`

/** Serves an endpoint on stdin and stdout until the client closes them. Returns the exit code. */
export async function runStdio(program: StdioProgram): Promise<number> {
  const { tell } = program
  const { endpoint, args } = takeEndpoint(program.args)
  const start = readStart({ ...program, args })
  if (start.kind !== 'start') {
    await tell(start.kind === 'help' ? `${USAGE}\n${start.text}` : start.text)
    return start.kind === 'help' ? 0 : 1
  }
  try {
    if (endpoint === '') throw new AppError('invalid', '--endpoint needs a value.')
    for (const warning of start.warnings) await tell(warning)
    const { config } = start
    const { core, own } = await reachCore(config.dataDir, () => program.coreConfig(config))
    await using _core = { [Symbol.asyncDispose]: async () => own?.close() }
    await requireEndpoint(core, endpoint)
    await tell(
      own
        ? `MetaMCP started at ${core.url} for the endpoint "${endpoint}" on stdio.`
        : `Attached to the MetaMCP at ${core.url} (process ${core.pid}), endpoint "${endpoint}".`,
    )
    return await serve(program, core, endpoint)
  } catch (error) {
    await tell(failureText(error))
    return 1
  }
}

/** `--endpoint` is no argument of the core's. */
function takeEndpoint(all: string[]): { endpoint: string; args: string[] } {
  const at = all.findIndex((arg) => /^--endpoint(=|$)/.test(arg))
  if (at === -1) return { endpoint: 'default', args: all }
  const [arg = '', next = ''] = all.slice(at)
  const isInline = arg.includes('=')
  const value = isInline ? arg.slice(arg.indexOf('=') + 1) : next.startsWith('-') ? '' : next
  return { endpoint: value, args: all.toSpliced(at, isInline || value === '' ? 1 : 2) }
}

const overview = z.object({
  result: z.object({ data: z.object({ endpoints: z.array(z.object({ name: z.string() })) }) }),
})

/** Throws `AppError` naming the endpoints there are when this one is not among them. */
async function requireEndpoint({ adminUrl, token }: RunningCore, endpoint: string): Promise<void> {
  const response = await fetch(`${adminUrl}/trpc/frontend/status.overview`, {
    headers: { authorization: `Bearer ${token}` },
  })
  const { endpoints } = overview.parse(await response.json()).result.data
  const names = endpoints.map(({ name }) => name)
  if (names.includes(endpoint)) return
  const there = names.length > 0 ? `There are: ${names.join(', ')}.` : 'None is switched on.'
  throw new AppError('not-found', `There is no endpoint "${endpoint}". ${there}`)
}

async function serve(program: StdioProgram, core: RunningCore, endpoint: string): Promise<number> {
  const { input, output, stopping, tell } = program
  const lost = Promise.withResolvers<string>()
  const gone = new AbortController()
  output.on('error', () => gone.abort())
  const bridge = new Bridge({
    core,
    endpoint,
    onLost: lost.resolve,
    async write(line) {
      if (gone.signal.aborted || output.write(`${line}\n`)) return
      await once(output, 'drain', { signal: gone.signal }).catch(() => undefined)
    },
  })
  const stopped = new Promise<null>((resolve) => {
    const end = () => resolve(null)
    if (stopping.aborted) end()
    for (const signal of [stopping, gone.signal]) signal.addEventListener('abort', end)
  })
  const done = receiveAll(input, bridge).then(() => null)
  const reason = await Promise.race([lost.promise, stopped, done])
  await bridge.close()
  if (reason === null) return 0
  await tell(`${reason}. Start it again to go on.`)
  return 1
}

/** Resolves when the client has closed its side and has the answers that come soon. */
async function receiveAll(input: Readable, bridge: Bridge): Promise<void> {
  let turn = Promise.resolve()
  let waiting = 0
  onLines(input, (line) => {
    if (++waiting >= MAX_WAITING) input.pause()
    turn = turn
      .then(() => bridge.receive(line))
      .finally(() => {
        if (--waiting < MAX_WAITING) input.resume()
      })
  })
  await once(input, 'end')
  const settled = turn.then(() => bridge.settled())
  await Promise.race([settled, delay(LAST_ANSWERS_MS, undefined, { ref: false })])
}
