import type { Connection } from '../connections/connection.ts'
import { messageOf } from '../errors.ts'
import { isObject, RpcCode, RpcError, type JsonObject, type RpcNotification } from '../json-rpc.ts'
import type { Logger } from '../log.ts'
import { LIST_KINDS } from './call.ts'
import { openListenStream, type ListenStream } from './listen-stream.ts'
import type { Topic } from './subscriber.ts'

const FIRST_RETRY_MS = 1_000
const LAST_RETRY_MS = 60_000
/** A stream that lasted so long had nothing to do with failures before it. */
const STEADY_MS = 30_000

type Wanted = { topic: Topic; agreed: PromiseWithResolvers<void>; isNew: boolean }
type Parts = { log: Logger; onNotification: (notification: RpcNotification) => void }

/**
 * The one `subscriptions/listen` that is open at a modern server (2026-07-28, "Subscriptions"): for
 * its lists, and for everything that clients subscribed to. A filter cannot be changed, so a new
 * stream is opened before the old one is closed; many changes at once are one new stream, and what
 * the server refuses takes nothing away from what it had agreed to.
 */
export class ModernListen {
  readonly #connection: Connection
  readonly #parts: Parts
  readonly #wanted = new Map<string, Wanted>()
  #stream: ListenStream | null = null
  #isOver = false
  #isBusy = false
  #isChanged = false
  /** A stream broke, and there has been none since. */
  #wasDeaf = false
  #failures = 0
  #timer: NodeJS.Timeout | undefined

  constructor(connection: Connection, parts: Parts) {
    this.#connection = connection
    this.#parts = parts
  }

  /** Listens for the lists, and for what was wanted on an earlier connection. */
  begin(topics: readonly Topic[]): void {
    for (const topic of topics) this.#want(topic, false)
    this.#change()
  }

  /** Resolves once the server has agreed; rejects `RpcError` when it did not. */
  add(topic: Topic): Promise<void> {
    const wanted = this.#wanted.get(keyOf(topic)) ?? this.#want(topic, true)
    this.#change()
    return wanted.agreed.promise
  }

  remove(topic: Topic): void {
    if (this.#wanted.delete(keyOf(topic))) this.#change()
  }

  end(): void {
    if (this.#isOver) return
    this.#isOver = true
    clearTimeout(this.#timer)
    this.#stream?.close()
    this.#stream = null
    const gone = new RpcError(RpcCode.internalError, 'The connection to the server ended')
    for (const { agreed } of this.#wanted.values()) agreed.reject(gone)
    this.#wanted.clear()
  }

  #want(topic: Topic, isNew: boolean): Wanted {
    const wanted = { topic, isNew, agreed: Promise.withResolvers<void>() }
    // Whoever asked for it hears of it; nobody else has to.
    wanted.agreed.promise.catch(() => {})
    this.#wanted.set(keyOf(topic), wanted)
    return wanted
  }

  #change(): void {
    this.#isChanged = true
    if (this.#isBusy || this.#isOver) return
    this.#isBusy = true
    // At the end of the turn: many subscriptions at once are one stream.
    setImmediate(() => void this.#catchUp())
  }

  async #catchUp(): Promise<void> {
    while (this.#isChanged && !this.#isOver) {
      this.#isChanged = false
      const all = [...this.#wanted.values()]
      if (await this.#listenFor(all)) continue
      // One that the server refuses must not keep it from hearing of the others.
      const settled = all.filter(({ isNew }) => !isNew)
      for (const one of all.filter(({ isNew }) => isNew)) {
        if (all.length > 1 && (await this.#listenFor([...settled, one]))) settled.push(one)
        else this.#refuse(one)
      }
    }
    // In the same breath as the last look, or a change in between would wake nobody.
    this.#isBusy = false
  }

  /** Opens a stream for these and closes the one before; false when the server refused them. */
  async #listenFor(wanted: readonly Wanted[]): Promise<boolean> {
    clearTimeout(this.#timer)
    const before = this.#stream
    const filter = this.#filterOf(wanted)
    if (Object.keys(filter).length === 0) {
      this.#stream = null
      before?.close()
      return true
    }
    const stream = openListenStream(this.#connection, filter, this.#parts.onNotification)
    try {
      const honoured = await stream.acknowledged
      if (this.#isOver) return (stream.close(), true)
      this.#stream = stream
      before?.close()
      void stream.ended.then((why) => this.#ended(stream, why))
      for (const one of wanted) this.#settle(one, honoured)
      if (this.#wasDeaf) this.#tellLists()
      this.#wasDeaf = false
      return true
    } catch (error) {
      if (error instanceof RpcError && wanted.some(({ isNew }) => isNew)) return false
      if (!before) this.#retryAfter(error)
      return true
    }
  }

  #settle(wanted: Wanted, honoured: JsonObject): void {
    if (isMissing(honoured, wanted.topic)) return this.#refuse(wanted)
    wanted.isNew = false
    wanted.agreed.resolve()
  }

  #refuse({ topic, agreed }: Wanted): void {
    this.#wanted.delete(keyOf(topic))
    const text = 'The server does not tell of changes of this'
    agreed.reject(new RpcError(RpcCode.invalidParams, text))
  }

  /** Only what the server declares: it may refuse the rest, and with it everything. */
  #filterOf(wanted: readonly Wanted[]): JsonObject {
    const { capabilities } = this.#connection.hello
    const declared = isObject(capabilities) ? capabilities : {}
    const filter: JsonObject = {}
    for (const kind of LIST_KINDS) {
      const one = declared[kind]
      if (isObject(one) && one.listChanged === true) filter[`${kind}ListChanged`] = true
    }
    const idsOf = (kind: Topic['kind']) =>
      wanted.filter(({ topic }) => topic.kind === kind).map(({ topic }) => topic.id)
    const [uris, taskIds] = [idsOf('resource'), idsOf('task')]
    if (uris.length > 0) filter.resourceSubscriptions = uris
    if (taskIds.length > 0) filter.taskIds = taskIds
    return filter
  }

  #ended(stream: ListenStream, why: unknown): void {
    if (this.#isOver || this.#stream !== stream) return
    this.#stream = null
    if (performance.now() - stream.openedMs > STEADY_MS) this.#failures = 0
    this.#retryAfter(why)
  }

  #retryAfter(why: unknown): void {
    // It will not know the method a minute later either.
    if (this.#isOver || (why instanceof RpcError && why.code === RpcCode.methodNotFound)) return
    const delayMs = Math.min(FIRST_RETRY_MS * 2 ** this.#failures, LAST_RETRY_MS)
    this.#failures += 1
    this.#wasDeaf = true
    this.#parts.log.debug({ error: messageOf(why), delayMs }, 'listening to a server ended')
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#change(), delayMs).unref()
  }

  /** What was told while nobody listened is lost: lists are taken to have changed. */
  #tellLists(): void {
    const filter = this.#filterOf([])
    for (const kind of LIST_KINDS) {
      if (filter[`${kind}ListChanged`] !== true) continue
      this.#parts.onNotification({ jsonrpc: '2.0', method: `notifications/${kind}/list_changed` })
    }
  }
}

function isMissing(honoured: JsonObject, { kind, id }: Topic): boolean {
  const list = kind === 'resource' ? honoured.resourceSubscriptions : honoured.taskIds
  return !(Array.isArray(list) && list.includes(id))
}

function keyOf({ kind, id }: Topic): string {
  return `${kind} ${id}`
}
