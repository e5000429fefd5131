import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import type { Place } from './callers.ts'

/** The stream of a session, on a connection of its own. */
export async function openStream(place: Place, session: string): Promise<IncomingMessage> {
  const headers = {
    ...{ authorization: `Bearer ${place.key}`, accept: 'text/event-stream' },
    ...{ 'mcp-session-id': session, 'mcp-protocol-version': '2025-11-25' },
  }
  const asked = get(place.url + place.path, { headers, agent: false })
  const [stream] = (await once(asked, 'response')) as [IncomingMessage]
  if (stream.statusCode !== 200) throw new Error(`no stream: ${stream.statusCode}`)
  return stream
}
