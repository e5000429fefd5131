import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { Client } from 'undici'
import type { Era } from '../../electron/core/connections/connection.ts'
import { echoServer } from '../../electron/core/testing/echo-definition.ts'

/** One who calls, one call after the other. */
export type Caller = {
  /** Milliseconds until the answer was read. */
  call(): Promise<number>
  close(): Promise<unknown>
}

/** `path`: of an endpoint, or of a server. */
export type Place = { url: string; path: string; key?: string }

const CLIENT = { name: 'bench', version: '1' }
const HELLO = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: CLIENT }
const ENVELOPE = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
  'io.modelcontextprotocol/clientInfo': CLIENT,
}
const MESSAGE = 'This call asks for nothing in particular, in a sentence or two.'

function callOf(era: Era) {
  const params = { name: 'echo', arguments: { message: MESSAGE } }
  return {
    method: 'tools/call',
    params: era === 'modern' ? { ...params, _meta: ENVELOPE } : params,
  }
}

async function timed(send: () => Promise<string>): Promise<number> {
  const begun = performance.now()
  const text = await send()
  if (!text.includes(MESSAGE)) throw new Error(`not the answer: ${text}`)
  return performance.now() - begun
}

/** A client on one connection, at the level of messages; of the legacy era in a session of its own. */
export async function openCaller(era: Era, place: Place): Promise<Caller & { session: string }> {
  const { url, path, key = '' } = place
  const client = new Client(url)
  const headers: Record<string, string> = {
    authorization: `Bearer ${key}`,
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
  }
  const post = async (message: object) => {
    const body = JSON.stringify({ jsonrpc: '2.0', ...message })
    const answer = await client.request({ method: 'POST', path, headers, body })
    return { answer, text: await answer.body.text() }
  }
  if (era === 'legacy') {
    const { answer } = await post({ id: 0, method: 'initialize', params: HELLO })
    headers['mcp-session-id'] = String(answer.headers['mcp-session-id'])
    await post({ method: 'notifications/initialized' })
  } else {
    const modern = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call' }
    Object.assign(headers, modern, { 'mcp-name': 'echo' })
  }
  const request = callOf(era)
  let id = 0
  return {
    session: headers['mcp-session-id'] ?? '',
    call: () => timed(async () => (await post({ id: ++id, ...request })).text),
    close: () => client.close(),
  }
}

/** The echo server itself over stdio, with nobody between; all callers use the one process. */
export async function openDirect(era: Era) {
  const { command, args = [] } = echoServer({ era })
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const waiting = new Map<number, (text: string) => void>()
  createInterface(child.stdout).on('line', (text) => {
    const { id } = JSON.parse(text) as { id?: number }
    waiting.get(id ?? -1)?.(text)
    waiting.delete(id ?? -1)
  })
  let lastId = 0
  const write = (message: object) =>
    child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`)
  const send = (message: object) =>
    new Promise<string>((resolve) => {
      const id = ++lastId
      waiting.set(id, resolve)
      write({ id, ...message })
    })
  if (era === 'legacy') {
    await send({ method: 'initialize', params: HELLO })
    write({ method: 'notifications/initialized' })
  }
  const request = callOf(era)
  const caller: Caller = { call: () => timed(() => send(request)), close: async () => undefined }
  return { pid: child.pid ?? 0, caller, [Symbol.dispose]: () => void child.stdin.end() }
}

export type Loaded = { calls: number; perSecond: number; p50: number; p99: number }

/** Each calls, one call after the other, for so long. */
export async function load(callers: readonly Caller[], ms: number): Promise<Loaded> {
  const times: number[] = []
  const begun = performance.now()
  const until = begun + ms
  const one = async ({ call }: Caller) => {
    while (performance.now() < until) times.push(await call())
  }
  await Promise.all(callers.map(one))
  const took = performance.now() - begun
  times.sort((a, b) => a - b)
  const at = (share: number) => times[Math.floor(times.length * share)] ?? Infinity
  const perSecond = (times.length * 1_000) / took
  return { calls: times.length, perSecond, p50: at(0.5), p99: at(0.99) }
}
