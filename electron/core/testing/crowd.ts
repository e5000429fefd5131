import { connectAuto, connectLegacy } from './clients.ts'
import { sendJson } from './echo-http.ts'
import { openScriptedModern } from './scripted-modern.ts'

/** Longer than a round trip, so that calls are always under way. */
const WORK_MS = 20
/** More than anything that is lost on the way makes necessary. */
const MAX_TRIES = 20

/** A server whose one tool says its number back, and remembers how often it was called with it. */
export async function openCountingServer() {
  const made = new Map<number, number>()
  const server = await openScriptedModern({
    'tools/call'({ body: { id, params } }, { response }) {
      const { n } = params?.['arguments'] as { n: number }
      made.set(n, (made.get(n) ?? 0) + 1)
      const result = { resultType: 'complete', content: [{ type: 'text', text: String(n) }] }
      setTimeout(() => sendJson(response, { jsonrpc: '2.0', id, result }), WORK_MS)
      return null
    },
  })
  return Object.assign(server, { made })
}

type Era = 'legacy' | 'modern'
type Connected = Awaited<ReturnType<typeof connectAuto | typeof connectLegacy>>

/** One client, as a person's: what fails it tries again, in a new session where that one is gone. */
class CrowdMember implements AsyncDisposable {
  readonly era: Era
  readonly failures: string[] = []
  /** What it was answered, by its number. */
  readonly answers = new Map<number, string[]>()
  readonly tries = new Map<number, number>()
  sessions = 0
  readonly #connect: () => Promise<Connected>
  #client: Connected | null = null

  constructor(era: Era, connect: () => Promise<Connected>) {
    this.era = era
    this.#connect = connect
  }

  get client(): Connected {
    if (!this.#client) throw new Error('not connected')
    return this.#client
  }

  async connect(): Promise<void> {
    await this.#client?.close()
    this.#client = await this.#connect()
    this.sessions += 1
  }

  async call(n: number): Promise<void> {
    for (let count = 1; count <= MAX_TRIES; count += 1) {
      this.tries.set(n, count)
      try {
        const { content } = await this.client.callTool({
          ...{ name: 'scripted__tool', arguments: { n } },
        })
        const [first] = content as { text: string }[]
        this.answers.set(n, [...(this.answers.get(n) ?? []), first?.text ?? ''])
        return
      } catch (error) {
        this.failures.push(String(error))
        if (this.era === 'legacy') await this.#reconnect()
      }
    }
    throw new Error(`${this.era}: given up: ${this.failures.join(', ')}`)
  }

  async #reconnect(): Promise<void> {
    for (let count = 1; count <= MAX_TRIES; count += 1) {
      try {
        return await this.connect()
      } catch (error) {
        this.failures.push(`initialize: ${String(error)}`)
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client?.close()
  }
}

export type Crowd = AsyncDisposable & {
  members: CrowdMember[]
  /** Each calls, one call after the other, until that is ended. */
  run(): { answered(): number; end(): Promise<void> }
}

/** So many clients of each era at one address. */
export async function openCrowd(url: URL, key: string, each: number): Promise<Crowd> {
  await using made = new AsyncDisposableStack()
  const members = (['legacy', 'modern'] as const).flatMap((era) => {
    const connect = () => (era === 'legacy' ? connectLegacy(url, key) : connectAuto(url, key))
    return Array.from({ length: each }, () => made.use(new CrowdMember(era, connect)))
  })
  await Promise.all(members.map((one) => one.connect()))
  const owned = made.move()
  let last = 0
  return {
    members,
    run() {
      let isOver = false
      const first = last
      const running = members.map(async (member) => {
        while (!isOver) await member.call((last += 1))
      })
      const all = Promise.all(running)
      // Told to who ends it; a test that has failed before does not.
      all.catch(() => undefined)
      const end = async () => {
        isOver = true
        await all
      }
      return { answered: () => last - first - members.length, end }
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
