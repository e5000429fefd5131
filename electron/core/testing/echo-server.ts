/**
 * A real MCP server (revisions 2024-11-05 to 2025-11-25) over stdio, for tests. It has no
 * dependencies, so it is up within some 40 ms, and it misbehaves as its options say:
 *
 *     node electron/core/testing/echo-server.ts '{"tools":25,"pageSize":10}'
 */
import { existsSync, writeSync } from 'node:fs'
import { echoMethods } from './echo-methods.ts'
import type { Asked } from './echo-methods.ts'
import { echoOffer } from './echo-offer.ts'
import type { EchoOptions } from './echo-options.ts'
import { ignoreSigterm } from './echo-tools.ts'
import type { EchoState } from './echo-tools.ts'
import { EchoError, openEchoWire } from './echo-wire.ts'
import type { Incoming } from './echo-wire.ts'

type Id = string | number

function serve(options: EchoOptions): void {
  const state: EchoState = {
    cancelled: [],
    children: [],
    logLevel: null,
    subscriptions: new Set(),
    held: new Map(),
  }
  const inFlight = new Map<Id, AbortController>()
  const wire = openEchoWire(options.garbage ?? false, receive)
  const methods = echoMethods({ options, state, wire, offer: echoOffer(options) })
  const settle = inOrder(options.outOfOrder ?? false)

  function receive({ id, method = '', params = {} }: Incoming): void {
    if (method === 'notifications/cancelled') return cancel(params['requestId'], params['reason'])
    if (id === undefined) return
    const running = new AbortController()
    inFlight.set(id, running)
    void respond(method, { id, params, signal: running.signal })
  }

  async function respond(method: string, asked: Asked): Promise<void> {
    const { id } = asked
    try {
      const run = isWithout(options, method) ? undefined : methods.get(method)
      if (!run) throw new EchoError(-32601, `Method not found: ${method}`)
      const result = await run(asked)
      if (inFlight.has(id)) settle(method, () => wire.answer(id, result))
    } catch (error) {
      if (inFlight.has(id)) settle(method, () => wire.refuse(id, error))
    } finally {
      inFlight.delete(id)
    }
  }

  function cancel(id: unknown, reason: unknown): void {
    state.cancelled.push({ id, reason })
    inFlight.get(id as Id)?.abort()
    inFlight.delete(id as Id)
    const data = { cancelled: id, reason }
    wire.notify('notifications/message', { level: 'info', logger: 'echo', data })
  }
}

/** Answers at once; out of order, a call's answer waits for the next one and goes after it. */
function inOrder(outOfOrder: boolean): (method: string, answer: () => void) => void {
  const waiting: (() => void)[] = []
  return (method, answer) => {
    if (!outOfOrder || method !== 'tools/call') return answer()
    waiting.unshift(answer)
    if (waiting.length === 2) for (const next of waiting.splice(0)) next()
  }
}

function isWithout({ without = [] }: EchoOptions, method: string): boolean {
  const owner = method.replace('completion/', 'completions/').split('/')[0]
  return without.some((capability) => capability === owner)
}

function start(options: EchoOptions): void {
  if (options.stderr !== undefined) writeSync(2, `${options.stderr}\n`)
  const early = options.exitAtStart
  if (early && !(options.exitUnless && existsSync(options.exitUnless))) {
    if (early.stderr !== undefined) writeSync(2, `${early.stderr}\n`)
    process.exit(early.code)
  }
  if (options.ignoreSigterm) ignoreSigterm()
  if (options.garbage) process.stdout.write('Starting up...\n\n[object Object]\n')
  const lines = Math.ceil((options.stderrFloodBytes ?? 0) / 64)
  for (let line = 0; line < lines; line++) {
    process.stderr.write(`${`flood ${line} `.padEnd(63, '.')}\n`)
  }
  // Open handles (a held call, a grandchild) must not outlive the client that started us.
  if (!options.ignoreSigterm) process.stdin.on('end', () => process.exit(0))
  serve(options)
}

start(JSON.parse(process.argv[2] ?? '{}') as EchoOptions)
