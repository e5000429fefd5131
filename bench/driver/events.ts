import { connect, type Socket } from 'node:net'
import type { Message } from './client.ts'
import { HttpAnswers, valueIn } from './http-answers.ts'
import type { Place } from './http-socket.ts'

export type Event = { type: string; data: string }

/** An event from its lines; undefined where it is a comment or says nothing. */
function eventOf(text: string): Event | undefined {
  let type = 'message'
  let data: string | undefined
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith('event:')) type = line.slice(6).trim()
    else if (line.startsWith('data:')) {
      const value = line.slice(line[5] === ' ' ? 6 : 5)
      data = data === undefined ? value : `${data}\n${value}`
    }
  }
  return data === undefined || data === '' ? undefined : { type, data }
}

/** The messages in a body that has ended: JSON, or a stream of events. */
export function messagesIn(head: string, body: string): Message[] {
  if (body === '') return []
  if (!valueIn(head, 'content-type')?.startsWith('text/event-stream'))
    return [JSON.parse(body) as Message]
  return eventsIn(body).map(({ data }) => JSON.parse(data) as Message)
}

function eventsIn(text: string): Event[] {
  return text.split(/\r?\n\r?\n/).flatMap((part) => eventOf(part) ?? [])
}

/** A stream of events that stays, on a connection of its own. */
export async function openEvents(place: Place, onEvent: (event: Event) => void): Promise<Socket> {
  const opened = Promise.withResolvers<Socket>()
  const decoder = new TextDecoder()
  /** Of an event that has not ended; joined once, since it may be of 10 MB. */
  let begun: string[] = []
  const answers = new HttpAnswers({
    onHead(status) {
      if (status === 200) opened.resolve(socket)
      else opened.reject(new Error(`no stream of events: HTTP ${status}`))
    },
    onBody(bytes) {
      begun.push(decoder.decode(bytes, { stream: true }))
      if (bytes.at(-1) !== 0x0a) return
      const text = begun.join('')
      const whole = /\n\r?\n$/.test(text)
      begun = whole ? [] : [text]
      if (whole) for (const event of eventsIn(text)) onEvent(event)
    },
    onEnd() {},
  })
  const socket = connect(place.port, '127.0.0.1').setNoDelay(true)
  socket.on('data', (bytes: Buffer) => answers.read(bytes))
  socket.on('error', opened.reject)
  socket.on('close', () => opened.reject(new Error('the connection was closed')))
  const head = `GET ${place.path} HTTP/1.1\r\nhost: 127.0.0.1:${place.port}\r\n`
  socket.write(`${head}${place.headers}accept: text/event-stream\r\n\r\n`)
  return opened.promise
}
