import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** What went through since the tap was read last. */
type Tapped = {
  /** BEGIN and COMMIT included. */
  statements: number
  transactions: number
  notifies: number
  /** Batches of the log of calls. */
  logWrites: number
  bytesUp: number
  bytesDown: number
}

export type Tap = AsyncDisposable & {
  /** The same database, through here. */
  url: string
  read(): Tapped
  /** Connections now, and the most there were. */
  open(): number
  most(): number
  /** For how long each advisory lock of a session was held, in ms, with the wait for it. */
  locked: number[]
}

const NOTHING: Tapped = {
  ...{ statements: 0, transactions: 0, notifies: 0, logWrites: 0, bytesUp: 0, bytesDown: 0 },
}

/** Stands between one replica and PostgreSQL, and counts what they say (PostgreSQL, "Message Formats"). */
export async function openTap(database: string): Promise<Tap> {
  const to = new URL(database)
  const pairs = new Set<Socket>()
  const locked: number[] = []
  let counted = { ...NOTHING }
  let most = 0

  const server = createServer((near) => {
    const far = connect(Number(to.port), to.hostname)
    pairs.add(near)
    most = Math.max(most, pairs.size)
    const hear = openReader(statementCounter(() => counted, locked))
    near.on('data', (chunk: Buffer) => {
      counted.bytesUp += chunk.length
      hear(chunk)
    })
    far.on('data', (chunk: Buffer) => (counted.bytesDown += chunk.length))
    near.pipe(far).pipe(near)
    for (const [one, other] of [[near, far] as const, [far, near] as const]) {
      one.on('error', () => other.destroy())
      one.on('close', () => other.destroy())
    }
    near.on('close', () => pairs.delete(near))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = new URL(database)
  url.port = String((server.address() as AddressInfo).port)
  return {
    url: url.href,
    locked,
    read() {
      const read = counted
      counted = { ...NOTHING }
      return read
    },
    open: () => pairs.size,
    most: () => most,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close')
      server.close()
      for (const socket of pairs) socket.destroy()
      await closed
    },
  }
}

type Message = { type: string; body: Buffer }

/** Cuts what a client sends into messages; the first one has no type. */
function openReader(take: (message: Message) => void): (chunk: Buffer) => void {
  let rest = Buffer.alloc(0)
  let head = 0
  return (chunk) => {
    rest = rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([rest, chunk])
    while (rest.length >= head + 4) {
      const end = head + rest.readUInt32BE(head)
      if (rest.length < end) return
      take({
        type: head === 0 ? '' : String.fromCharCode(rest[0] ?? 0),
        body: rest.subarray(5, end),
      })
      rest = rest.subarray(end)
      head = 1
    }
  }
}

function statementCounter(counted: () => Tapped, locked: number[]): (message: Message) => void {
  let since = 0
  return ({ type, body }) => {
    // A simple query, or the execution of one that was parsed before.
    if (type === 'Q' || type === 'E') counted().statements += 1
    if (type !== 'Q' && type !== 'P') return
    const text = body.toString('utf8', 0, 200).toLowerCase()
    if (text.startsWith('begin')) counted().transactions += 1
    if (text.includes('pg_notify')) counted().notifies += 1
    if (text.includes('insert into call_log')) counted().logWrites += 1
    if (text.includes('pg_advisory_lock(')) since = performance.now()
    if (text.includes('pg_advisory_unlock(')) locked.push(performance.now() - since)
  }
}
