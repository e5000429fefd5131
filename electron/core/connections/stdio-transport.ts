import { randomUUID } from 'node:crypto'
import { ChildProcess } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import { ReadBuffer } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import type { ServerProblem } from '../../../shared/server-problem.ts'
import type { RpcMessage } from '../json-rpc.ts'
import type { Logger } from '../log.ts'
import { messageOf } from '../errors.ts'
import { ServerDown } from './connection.ts'
import type { Filled, StdioServer } from './fill-definition.ts'
import { findCommand } from './find-command.ts'
import { maskProblem } from './known-problem.ts'
import { openLineBuffer, type LineBuffer } from './line-buffer.ts'
import { openLineFeed, type LineFeed } from './line-feed.ts'
import { openLineWriter, type LineWriter } from './line-writer.ts'
import { openProcessTree } from './process-tree.ts'
import type { ProcessList, ProcessTree } from './process-tree.ts'
import { LARGEST_MESSAGE_BYTES, LARGEST_MESSAGE_MEGABYTES } from './read-message.ts'
import type { StderrTail } from './stderr-tail.ts'
import type { Transport, TransportContext, TransportEvents } from './transport.ts'

/** Answers still in the pipe when a process exits are waited for; a pipe held open is not. */
const DRAIN_MS = 250
/** How long a child may take to end before its descendants are ended all the same. */
const PATIENCE_MS = 3_000
/** How long SIGKILL may take to show. */
const REAP_MS = 500
/** What a child gets that has heard of its end, and then of SIGTERM, when we are in haste. */
const HASTE_MS = 400
/** Given to each child with a value of its own: how its orphans are recognised. */
const MARKER = 'METAMCP_CONNECTION'

type StdioParts = {
  server: Filled<StdioServer>
  events: TransportEvents
  log: Logger
  stderr: StderrTail
  onStderr: (lines: string[]) => void
  onNoise: (line: string) => void
  listProcesses: ProcessList
  haste: AbortSignal
}

/** Starts the child process of a server. */
export async function openStdio(
  server: Filled<StdioServer>,
  context: TransportContext,
  events: TransportEvents,
): Promise<Transport> {
  const { log, stderr, childEnv, listProcesses, haste, signal } = context
  const { onStderr = () => {}, onNoise = () => {} } = context
  const marker = randomUUID()
  const env = { ...(await childEnv(server.env)), [MARKER]: marker }
  await findCommand({ command: server.command, cwd: server.cwd, env })
  signal.throwIfAborted()
  stderr.beginRun()
  const transport = new StdioTransport(
    { server, events, log, stderr, onStderr, onNoise, listProcesses, haste },
    env,
  )
  await transport.start(`${MARKER}=${marker}`)
  return transport
}

class StdioTransport implements Transport {
  readonly modernCancel = 'message'
  readonly #parts: StdioParts
  readonly #sdk: StdioClientTransport
  readonly #lines: LineFeed
  readonly #exited = Promise.withResolvers<void>()
  #pid: number | null = null
  #child: ChildProcess | undefined
  #writer: LineWriter | undefined
  #tree: ProcessTree | undefined
  readonly #startedAt = Date.now()
  #exit = 'It ended.'
  #problem: Extract<ServerProblem, { code: 'exited' }> | null = null
  #isOver = false
  #ending: Promise<void> | undefined

  constructor(parts: StdioParts, env: Record<string, string>) {
    this.#parts = parts
    this.#lines = openLineFeed({ mask: parts.server.mask, onLines: parts.onStderr })
    const { command, args, cwd } = parts.server
    const maxBufferSize = LARGEST_MESSAGE_BYTES
    const options = { command, args, env, stderr: 'pipe' as const, maxBufferSize }
    this.#sdk = new StdioClientTransport(cwd === null ? options : { ...options, cwd })
    replaceReadBuffer(this.#sdk, openLineBuffer(maxBufferSize, parts.onNoise))
    this.#sdk.onmessage = (message) => parts.events.onMessage(message as RpcMessage)
    this.#sdk.onerror = (error) => this.#report(error)
    this.#sdk.onclose = () => this.#drained()
    const lines = this.#lines
    this.#sdk.stderr?.on('data', (chunk: Buffer) => {
      parts.stderr.write(chunk)
      lines.write(chunk)
    })
    this.#sdk.stderr?.once('end', () => lines.end())
  }

  get pid(): number | null {
    return this.#pid
  }

  async start(marker: string): Promise<void> {
    const { server } = this.#parts
    const started = this.#sdk.start()
    this.#child = childOf(this.#sdk)
    if (this.#child?.stdin) this.#writer = openLineWriter(this.#child.stdin)
    this.#child?.once('exit', (code, signal) => this.#exitedWith(code, signal))
    try {
      await started
    } catch (error) {
      this.#isOver = true
      throw new Error(`"${server.command}" could not be started: ${messageOf(error)}.`, {
        cause: error,
      })
    }
    this.#pid = this.#sdk.pid
    if (this.#pid === null) return
    const { listProcesses } = this.#parts
    this.#tree = openProcessTree({ rootPid: this.#pid, marker, listProcesses })
  }

  async send(message: RpcMessage): Promise<void> {
    // Answers and notifications go on waiting: a server that reads again needs them.
    if ('method' in message && 'id' in message && this.#writer?.isStuck) {
      throw new ServerDown(this.#parts.server.name, 'It does not read what it is sent.')
    }
    try {
      const isFull = this.#writer
        ? this.#writer.write(`${JSON.stringify(message)}\n`)
        : this.#sdk.send(message as Parameters<StdioClientTransport['send']>[0])
      if (isFull) await isFull
    } catch (cause) {
      throw new ServerDown(this.#parts.server.name, this.#exit, { cause })
    }
  }

  useVersion(): void {
    // Only HTTP says the version with every message.
  }

  async settle(): Promise<void> {
    await this.#tree?.remember()
  }

  end(reason: string): Promise<void> {
    this.#finish(reason)
    this.#ending ??= this.#close()
    return this.#ending
  }

  /**
   * The SDK ends stdin, then sends SIGTERM, then SIGKILL, each after 2 s, and knows only its own
   * child. What that child leaves behind is ended as soon as it is gone itself, since it may hold
   * the pipes whose end the SDK waits for; and not much later if it does not go.
   */
  async #close(): Promise<void> {
    await this.#tree?.remember()
    this.#writer?.flush()
    const closed = this.#sdk.close()
    const stopWatching = onceAborted(this.#parts.haste, () => void this.#hurry())
    await this.#goneWithin(PATIENCE_MS, closed)
    const wentInTime = this.#hasExited()
    await this.#tree?.endDescendants()
    // A daemon it left may hold the other ends for ever: neither we nor the SDK wait for that.
    if (wentInTime) this.#dropPipes()
    await closed
    stopWatching()
    if (wentInTime) return
    if (this.#child) await this.#goneWithin(REAP_MS)
    // Its last moments may have brought forth one more.
    await this.#tree?.endDescendants()
    this.#dropPipes()
  }

  /** Its stdin has ended. */
  async #hurry(): Promise<void> {
    for (const how of ['SIGTERM', 'SIGKILL'] as const) {
      await this.#goneWithin(HASTE_MS)
      if (!this.#hasExited()) this.#child?.kill(how)
    }
  }

  #hasExited(): boolean {
    const child = this.#child
    return child !== undefined && (child.exitCode !== null || child.signalCode !== null)
  }

  #dropPipes(): void {
    for (const pipe of this.#child?.stdio ?? []) pipe?.destroy()
  }

  async #goneWithin(ms: number, closed?: Promise<void>): Promise<void> {
    const over = new AbortController()
    const { signal } = over
    const patience = delay(ms, undefined, { signal }).catch(() => {})
    await Promise.race([this.#exited.promise, patience, ...(closed ? [closed] : [])])
    over.abort()
  }

  #exitedWith(code: number | null, signal: string | null): void {
    this.#exit = signal === null ? `It exited with code ${code}.` : `It was ended by ${signal}.`
    const afterMs = Date.now() - this.#startedAt
    this.#problem = { code: 'exited', exitCode: code, signal, afterMs, lastLine: '' }
    this.#exited.resolve()
    setTimeout(() => this.#drained(), DRAIN_MS).unref()
  }

  /** The process is gone and nothing more will be read. */
  #drained(): void {
    this.#exited.resolve()
    // Its last words have reached our end of the pipe, but not yet the stream we read.
    setImmediate(() => {
      const { stderr } = this.#parts
      const words = stderr.lastLines()
      if (this.#problem) this.#problem = { ...this.#problem, lastLine: stderr.tellingLine() }
      void this.end(words === '' ? this.#exit : `${this.#exit} It last wrote:\n${words}`)
    })
  }

  #finish(reason: string): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#exit = this.#parts.server.mask(reason)
    this.#lines.end()
    const { server, events } = this.#parts
    events.onEnd(this.#exit, this.#problem && maskProblem(this.#problem, server.mask))
  }

  #report(error: Error): void {
    const { log, server } = this.#parts
    if (error.message.includes('exceeded maximum size')) {
      return void this.end(`It sent a message larger than ${LARGEST_MESSAGE_MEGABYTES} MB.`)
    }
    log.debug({ server: server.name, error: server.mask(error.message) }, 'stdio trouble')
  }
}

/** At once if it is aborted already; returns how to stop. */
function onceAborted(signal: AbortSignal, work: () => void): () => void {
  if (signal.aborted) work()
  signal.addEventListener('abort', work, { once: true })
  return () => signal.removeEventListener('abort', work)
}

/**
 * The SDK tells neither the exit code nor the exit itself, only that all pipes are closed, which a
 * grandchild may delay for ever. Its child is a private field; should that be renamed one day, only
 * the code in error messages is lost, since `onclose` is listened to as well.
 */
function childOf(sdk: StdioClientTransport): ChildProcess | undefined {
  const child: unknown = Reflect.get(sdk, '_process')
  return child instanceof ChildProcess ? child : undefined
}

/** Also private, and also only a loss of speed if it should be renamed. */
function replaceReadBuffer(sdk: StdioClientTransport, buffer: LineBuffer): void {
  const isThere = Reflect.get(sdk, '_readBuffer') instanceof ReadBuffer
  if (isThere) Reflect.set(sdk, '_readBuffer', buffer)
}
