import type { Socket } from 'node:net'
import { answerAmong, HELLO, PROTOCOL, rpc, type Client, type Message } from './client.ts'
import { messagesIn, openEvents } from './events.ts'
import { refusalOf, valueIn, type HttpAnswer } from './http-answers.ts'
import { HttpSocket, type Place } from './http-socket.ts'

const JSON_BODY =
  'content-type: application/json\r\naccept: application/json, text/event-stream\r\n'

/** A session over Streamable HTTP, on one connection that is kept. */
export async function openHttpClient(place: Place): Promise<Client> {
  const socket = new HttpSocket(place)
  let session = ''
  let lastId = 0
  let stream: Socket | undefined
  const post = (body: string) => socket.send('POST', JSON_BODY + session, body)
  const request: Client['request'] = async (method, params) => {
    const id = ++lastId
    const answer = await post(rpc(id, method, params))
    return answerAmong(messagesOf(answer), id, answer.ms)
  }
  const hello = await post(rpc(0, 'initialize', HELLO))
  answerAmong(messagesOf(hello), 0, hello.ms)
  const id = valueIn(hello.head, 'mcp-session-id')
  session = `${id === undefined ? '' : `mcp-session-id: ${id}\r\n`}mcp-protocol-version: ${PROTOCOL}\r\n`
  const { status } = await post(rpc(undefined, 'notifications/initialized'))
  if (status >= 300) throw new Error(`the session was not begun: HTTP ${status}`)
  const vanish = () => {
    stream?.destroy()
    socket.close()
  }
  return {
    request,
    vanish,
    rest: () => socket.close(),
    async listen(hear) {
      const headers = place.headers + session
      const tell = ({ data }: { data: string }) => hear(JSON.parse(data) as Message)
      stream = await openEvents({ ...place, headers }, tell)
    },
    async close() {
      if (id !== undefined) await socket.send('DELETE', session, '')
      vanish()
    },
  }
}

function messagesOf(answer: HttpAnswer): Message[] {
  if (answer.status !== 200) throw new Error(refusalOf(answer))
  return messagesIn(answer.head, answer.body)
}
