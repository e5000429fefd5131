import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import type { TempCore } from './temp-core.ts'

export type RawAnswer = { status: number; head: string; body: string }

/**
 * Sends bytes to a core as they are, which no client would, and reads until it closes. What it
 * sends must ask for that: `Connection: close`.
 */
export async function sendRaw(core: Pick<TempCore, 'url'>, bytes: string): Promise<RawAnswer> {
  const { hostname, port } = new URL(core.url)
  const socket = connect({ host: hostname, port: Number(port) })
  socket.setTimeout(10_000, () => socket.destroy(new Error('no answer within 10 s')))
  socket.write(bytes, 'latin1')
  const answer = await text(socket)
  const end = answer.indexOf('\r\n\r\n')
  const head = end < 0 ? answer : answer.slice(0, end)
  const status = Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1] ?? 0)
  return { status, head, body: end < 0 ? '' : answer.slice(end + 4) }
}

/** A request as text; `headers` win over a `Host` that is right. */
export function rawRequest(
  core: Pick<TempCore, 'url'>,
  line: string,
  { headers = {}, body = '' }: { headers?: Record<string, string>; body?: string } = {},
): string {
  const all = {
    Host: new URL(core.url).host,
    Connection: 'close',
    ...(body && { 'Content-Length': String(Buffer.byteLength(body)) }),
    ...headers,
  }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`)
  return [`${line} HTTP/1.1`, ...lines, '', body].join('\r\n')
}
