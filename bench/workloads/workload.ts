import type { Answer, Client } from '../driver/client.ts'
import type { Running, Scope, Target, TargetName } from '../targets/target.ts'

/** What one run has measured, by what it is called in the tables. */
export type Numbers = Record<string, number>

export type Prepared = {
  /** Measures once. What it starts for that ends with its own scope. */
  run(scope: Scope): Promise<Numbers>
}

export type Workload = {
  name: string
  /** What is done, in a sentence or two for the page. */
  about: string
  /** In which unit each number is. */
  units: Record<string, string>
  /** Of which numbers it is told how many times those of direct HTTP they are. */
  compared?: readonly string[]
  /** Only these are measured: the others have nothing of the kind. */
  targets?: readonly TargetName[]
  /** How often at the most: what starts programs anew takes long. */
  maxRuns?: number
  /** Until a target is warm; all that are prepared wait while one is measured. */
  prepare(target: Target, scope: Scope): Promise<Prepared>
}

/** Unlike any other, so that an answer to another call is found out. */
let said = 0

export function sentence(): string {
  said += 1
  return `This is sentence ${said}, and it asks for nothing in particular.`
}

/** Calls echo, and sees to it that what comes back is what was said. */
export async function callEcho(client: Client, tool: string, message = sentence()) {
  const answer = await client.request('tools/call', { name: tool, arguments: { message } })
  const text = textIn(answer)
  if (text !== message) throw new Error(`answered with something else: ${text.slice(0, 80)}`)
  return answer
}

export function textIn({ result }: Answer): string {
  const { content = [] } = result
  const [only] = content
  if (content.length !== 1 || only?.type !== 'text') throw new Error('not one text in the answer')
  return only.text ?? ''
}

/** All tools, of all servers; milliseconds until the last of them was there. */
export async function listAll(clients: readonly Client[], expected: number): Promise<number> {
  let ms = 0
  const names = new Set<string>()
  for (const [index, client] of clients.entries()) {
    const answer = await client.request('tools/list')
    ms += answer.ms
    for (const { name } of answer.result.tools ?? []) names.add(`${index} ${name}`)
  }
  if (names.size !== expected) throw new Error(`${names.size} tools, where ${expected} are`)
  return ms
}

/** What a client needs to see all tools: one session, or one with each server. */
export async function openForAll({ each, connect }: Running, scope: Scope): Promise<Client[]> {
  const clients = each
    ? await Promise.all(each.map((server) => connect(server)))
    : [await connect()]
  for (const client of clients) scope.stack.defer(() => client.vanish())
  return clients
}

export async function openClients(
  running: Running,
  { count, scope }: { count: number; scope: Scope },
): Promise<Client[]> {
  const clients: Client[] = []
  for (let index = 0; index < count; index += 1) {
    const client = await running.connect()
    scope.stack.defer(() => client.vanish())
    clients.push(client)
  }
  return clients
}

export function atShare(numbers: readonly number[], share: number): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN
}

export function median(numbers: readonly number[]): number {
  return atShare(numbers, 0.5)
}
