/** The client's side of what is measured: what all ways to a server have in common. */

export type Message = {
  id?: number
  method?: string
  params?: { progress?: number; progressToken?: unknown }
  result?: Result
  error?: { code: number; message: string }
}

type Result = {
  content?: { type: string; text?: string }[]
  tools?: { name: string }[]
}

export type Answer = {
  result: Result
  /** Until the last byte of the answer was there; what is done to check it comes after. */
  ms: number
  /** What came with the answer; so many of these behind it. */
  notified: Message[]
  late: number
}

/** A client in a session of its own, at the level of messages. */
export type Client = {
  /** Rejects where the answer is an error, or is none at all. */
  request(method: string, params?: object): Promise<Answer>
  /** Hears what comes beside the answers of requests, from now on. */
  listen(hear: (message: Message) => void): Promise<void>
  /** Leaves politely: its session is over. */
  close(): Promise<void>
  /** Keeps its session, and no connection that the session can do without. */
  rest(): void
  /** Leaves without a word. */
  vanish(): void
}

export const PROTOCOL = '2025-11-25'

export const HELLO = {
  protocolVersion: PROTOCOL,
  capabilities: {},
  clientInfo: { name: 'bench', version: '1' },
}

/** What was refused: the gateway or server answered, and with an error. */
class Refused extends Error {}

export function rpc(id: number | undefined, method: string, params?: object): string {
  return JSON.stringify({ jsonrpc: '2.0', id, method, params })
}

/** The answer among what came; everything else that came is kept beside it. */
export function answerAmong(messages: readonly Message[], id: number, ms: number): Answer {
  const answers = messages.filter((message) => message.method === undefined)
  const [answer] = answers
  if (!answer || answers.length > 1) throw new Error(`${answers.length} answers to one request`)
  if (answer.error) throw new Refused(`${answer.error.code} ${answer.error.message}`)
  if (answer.id !== id) throw new Error(`an answer to ${answer.id}, where ${id} was asked`)
  if (!answer.result) throw new Error('an answer without a result')
  const late = messages.length - 1 - messages.indexOf(answer)
  const notified = messages.filter(({ method }) => method !== undefined)
  return { result: answer.result, ms, notified, late }
}
