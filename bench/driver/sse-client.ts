import { answerAmong, HELLO, rpc, type Client, type Message } from './client.ts'
import { openEvents } from './events.ts'
import { refusalOf } from './http-answers.ts'
import { HttpSocket, type Place } from './http-socket.ts'

type Waiting = PromiseWithResolvers<[Message, number]> & { begun: number }

/** A session over HTTP+SSE: a stream for what comes, and one more connection for what is sent. */
export async function openSseClient(place: Place): Promise<Client> {
  const waiting = new Map<number, Waiting>()
  const endpoint = Promise.withResolvers<string>()
  let hear: (message: Message) => void = () => undefined
  let lastId = -1
  const stream = await openEvents(place, ({ type, data }) => {
    if (type === 'endpoint') return endpoint.resolve(data)
    const now = performance.now()
    const message = JSON.parse(data) as Message
    const asked = waiting.get(message.id ?? -1)
    if (message.method !== undefined || !asked) return hear(message)
    waiting.delete(message.id ?? -1)
    asked.resolve([message, now - asked.begun])
  })
  const { pathname, search } = new URL(await endpoint.promise, 'http://127.0.0.1')
  const socket = new HttpSocket({ ...place, path: pathname + search })
  const post = async (body: string) => {
    const answer = await socket.send('POST', 'content-type: application/json\r\n', body)
    if (answer.status >= 300) throw new Error(refusalOf(answer))
  }
  const request: Client['request'] = async (method, params) => {
    const id = ++lastId
    const asked = { ...Promise.withResolvers<[Message, number]>(), begun: performance.now() }
    waiting.set(id, asked)
    // The answer often comes before the word that the request has arrived.
    const [, [message, ms]] = await Promise.all([post(rpc(id, method, params)), asked.promise])
    return answerAmong([message], id, ms)
  }
  await request('initialize', HELLO)
  await post(rpc(undefined, 'notifications/initialized'))
  const vanish = () => {
    stream.destroy()
    socket.close()
  }
  const listen: Client['listen'] = async (listener) => void (hear = listener)
  const rest = () => socket.close()
  return { request, listen, rest, vanish, close: async () => vanish() }
}
