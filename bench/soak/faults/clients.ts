import { once } from 'node:events'
import { request, type ClientRequest, type IncomingMessage } from 'node:http'
import { connect, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { headersOf, mcpOf, openRaw } from '../raw-clients.ts'
import type { World } from '../world.ts'
import type { Fault, Hit } from './fault.ts'

const ANSWER_MS = 30_000

const callOf = (tool: string, args: object, id = 1) =>
  JSON.stringify({
    jsonrpc: '2.0',
    id,
    method: 'tools/call',
    params: { name: tool, arguments: args },
  })

const HELLO = JSON.stringify({
  ...{ jsonrpc: '2.0', id: 0, method: 'initialize' },
  params: {
    ...{ protocolVersion: '2025-11-25', capabilities: {} },
    clientInfo: { name: 'soak', version: '1' },
  },
})

/** A request of a session, on a connection of its own, that nobody has read yet. */
async function begin(world: World, session: string, body: string): Promise<ClientRequest> {
  const place = world.place('steady')
  const headers = { ...headersOf(place), ...(session && { 'mcp-session-id': session }) }
  const asked = request(mcpOf(place), { method: 'POST', headers, agent: false })
  asked.on('error', () => undefined).end(body)
  return asked
}

const openLegacy = (world: World) =>
  openRaw('legacy', world.place('steady'), (words) => world.ledger.violate(`a fault: ${words}`))

/** Reads a large answer by bytes, or not at all, and then goes away. */
async function readSlowly({ world, random }: Hit): Promise<void> {
  const client = await openLegacy(world)
  const body = random.pick([
    callOf('calm__big', { value: 'slow', bytes: 5_000_000 }),
    callOf('calm__log', { value: 'slow', lines: 20_000 }),
  ])
  const asked = await begin(world, client.session(), body)
  const [answer] = (await once(asked, 'response')) as [IncomingMessage]
  answer.on('error', () => undefined).pause()
  const reads = random.pick([0, 30])
  for (let count = 0; count < reads; count++) {
    answer.read(1)
    await pause(100)
  }
  if (reads === 0) await pause(random.between(500, 6_000))
  asked.destroy()
  await client.close()
}

/** Sends a part of a request, and then nothing, or its end. */
async function sendHalf({ world, random }: Hit): Promise<void> {
  const { hostname, port, host } = new URL(world.program.url)
  const socket = connect(Number(port), hostname).on('error', () => undefined)
  const head = [
    'POST /metamcp/steady/mcp HTTP/1.1',
    ...[`Host: ${host}`, 'Content-Type: application/json'],
    ...[`Authorization: Bearer ${world.program.key}`, 'Content-Length: 1000', '', ''],
  ].join('\r\n')
  const all = `${head}{"jsonrpc":"2.0","id":1,"method":"tools/ca`
  socket.write(all.slice(0, random.between(1, all.length)))
  await pause(random.between(100, 5_000))
  if (random.next() < 0.5) socket.end()
  else socket.destroy()
  socket.resume()
  await closed(socket)
}

async function closed(socket: Socket): Promise<void> {
  const timer = setTimeout(() => socket.destroy(), 5_000)
  if (!socket.closed) await once(socket, 'close')
  clearTimeout(timer)
}

const DEEP = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
const ODD_BODIES = [
  ...['', '{', 'null', '[]', '12', '"text"', '{}', '\u0000', '{"jsonrpc":"2.0"}', DEEP],
  ...['{"jsonrpc":"2.0","id":null,"method":"tools/call"}', '{"jsonrpc":"1.0","id":1,"method":"x"}'],
  ...['{"jsonrpc":"2.0","id":{},"method":"ping"}', '{"jsonrpc":"2.0","id":1,"method":"__proto__"}'],
  ...['{"jsonrpc":"2.0","id":1,"method":"tools/call","params":[]}', HELLO.slice(0, -3)],
  ...['{"jsonrpc":"2.0","id":1,"result":{}}', `{"jsonrpc":"2.0","id":1e400,"method":"ping"}`],
  'x'.repeat(17_000_000),
]

/** What is no request is refused as the client's mistake, and soon. */
async function sendOdd({ world, random }: Hit): Promise<void> {
  const place = world.place('steady')
  const body = random.pick(ODD_BODIES)
  const signal = AbortSignal.timeout(ANSWER_MS)
  const types = ['application/json', 'text/plain', 'application/json; charset=utf-16']
  const headers = { ...headersOf(place), 'content-type': random.pick(types) }
  const sent = fetch(mcpOf(place), { method: 'POST', headers, body, signal })
  const status = await sent.then(
    async (answer) => (await answer.text(), answer.status),
    // Too large a body may be cut off while it is sent.
    () => (signal.aborted ? 'no answer' : 400),
  )
  const isRefused = typeof status === 'number' && status >= 200 && status < 500
  if (!isRefused) world.ledger.violate(`${status} for the body ${body.slice(0, 60)}`)
}

/** Goes away in the middle of calls, with and without a word. */
async function abort({ world, random }: Hit): Promise<void> {
  const client = await openLegacy(world)
  const many = Array.from({ length: 10 }, async (_, at) => {
    const body = callOf('calm__slow', { value: `gone${at}`, steps: 20, stepMs: 100 }, at + 10)
    const asked = await begin(world, client.session(), body)
    await pause(random.between(0, 500))
    if (random.next() < 0.5) await cancel(world, client.session(), at + 10)
    asked.destroy()
  })
  await Promise.all(many)
  await client.close()
}

async function cancel(world: World, session: string, requestId: number): Promise<void> {
  const message = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId } }
  const asked = await begin(world, session, JSON.stringify(message))
  const [answer] = (await once(asked, 'response')) as [IncomingMessage]
  answer.resume()
}

/** Its session is deleted while a call of it runs: that one ends, one way or another. */
async function deleteSession({ world, random }: Hit): Promise<void> {
  const client = await openLegacy(world)
  const signal = AbortSignal.timeout(ANSWER_MS)
  const args = { value: 'deleted', steps: 30, stepMs: 100 }
  const asked = client.call({ tool: 'calm__slow', args, signal }).then(
    () => 'answered',
    () => (signal.aborted ? 'open' : 'ended'),
  )
  await pause(random.between(50, 500))
  await client.close()
  const how = await asked
  if (how !== 'ended') world.ledger.violate(`a call of a deleted session: ${how}`)
}

/** Sessions and streams whose clients say nothing more; what is left is deleted at quiet moments. */
async function abandon({ world, random }: Hit): Promise<void> {
  const place = world.place('steady')
  for (let count = random.between(1, 10); count > 0; count--) {
    const client = await openLegacy(world)
    world.abandoned.push(client)
    const headers = { ...headersOf(place), 'mcp-session-id': client.session() }
    const stream = request(mcpOf(place), { headers, agent: false }).on('error', () => undefined)
    stream.on('response', (answer: IncomingMessage) => answer.on('error', () => undefined)).end()
    await pause(random.between(0, 200))
    stream.destroy()
  }
  const old = request(`${place.url}/metamcp/steady/sse`, {
    headers: headersOf(place),
    agent: false,
  })
  old.on('error', () => undefined).end()
  await pause(random.between(0, 300))
  old.destroy()
}

/** What clients do that are slow, broken, gone or mistaken. */
export const CLIENT_FAULTS: Fault[] = [
  { name: 'slow client', weight: 2, targets: ['a client: slow'], run: readSlowly },
  { name: 'half a request', weight: 2, targets: ['a client: half'], run: sendHalf },
  { name: 'odd body', weight: 4, targets: ['a client: odd'], run: sendOdd },
  { name: 'gone clients', weight: 2, targets: ['a client: left'], run: abort },
  { name: 'abandoned sessions', weight: 1, targets: ['a client: left'], run: abandon },
  { name: 'deleted session', weight: 2, targets: ['a client: deleted'], run: deleteSession },
]
