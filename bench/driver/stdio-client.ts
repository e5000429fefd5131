import type { ChildProcess } from 'node:child_process'
import { answerAmong, HELLO, rpc, type Client, type Message } from './client.ts'

type Waiting = { begun: number; settle: (message: Message, ms: number) => void }

/** A client of a program that speaks on stdin and stdout; many may share it, each with `share`. */
export async function openStdioClient(child: ChildProcess): Promise<Client & { share(): Client }> {
  const { stdin, stdout } = child
  if (!stdin || !stdout) throw new Error('a program without pipes')
  const waiting = new Map<number, Waiting>()
  let hear: (message: Message) => void = () => undefined
  let lastId = 0
  onLines(stdout, (line) => {
    const now = performance.now()
    const message = JSON.parse(line) as Message
    const asked = waiting.get(message.id ?? -1)
    if (message.method !== undefined || !asked) return hear(message)
    waiting.delete(message.id ?? -1)
    asked.settle(message, now - asked.begun)
  })
  const request: Client['request'] = (method, params) => {
    const id = ++lastId
    const { promise, resolve } = Promise.withResolvers<[Message, number]>()
    waiting.set(id, { begun: performance.now(), settle: (...both) => resolve(both) })
    stdin.write(`${rpc(id, method, params)}\n`)
    return promise.then(([message, ms]) => answerAmong([message], id, ms))
  }
  await request('initialize', HELLO)
  stdin.write(`${rpc(undefined, 'notifications/initialized')}\n`)
  const client: Client = {
    request,
    listen: async (listener) => void (hear = listener),
    close: async () => undefined,
    rest() {},
    vanish() {},
  }
  return { ...client, share: () => client }
}

function onLines(stream: NodeJS.ReadableStream, take: (line: string) => void): void {
  let begun: string[] = []
  stream.setEncoding('utf8').on('data', (text: string) => {
    const lines = text.split('\n')
    const rest = lines.pop() ?? ''
    for (const line of lines) {
      take(begun.length > 0 ? begun.join('') + line : line)
      begun = []
    }
    if (rest !== '') begun.push(rest)
  })
}
