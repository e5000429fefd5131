import type { Connection } from '../connections/connection.ts'
import { messageOf } from '../errors.ts'
import { isObject, RpcCode, RpcError, type JsonObject, type RpcNotification } from '../json-rpc.ts'
import type { Logger } from '../log.ts'
import type { Topic } from './subscriber.ts'

const ACKNOWLEDGED = 'notifications/subscriptions/acknowledged'
/** A server that says nothing at all is taken to have agreed. */
const ACK_MS = 10_000
const FIRST_RETRY_MS = 1_000
const LAST_RETRY_MS = 60_000

type Stream = { abort: AbortController; honoured: Promise<JsonObject> }
type Parts = { log: Logger; onNotification: (notification: RpcNotification) => void }

/**
 * The one `subscriptions/listen` that is open at a modern server (2026-07-28, "Subscriptions"): for
 * its lists, and for everything that clients subscribed to. A filter cannot be changed, so a new
 * stream is opened before the old one is closed, and one that breaks is opened again.
 */
export class ModernListen {
  readonly #connection: Connection
  readonly #parts: Parts
  #topics: readonly Topic[] = []
  #stream: Stream | null = null
  #isOver = false
  #failures = 0
  #timer: NodeJS.Timeout | undefined

  constructor(connection: Connection, parts: Parts) {
    this.#connection = connection
    this.#parts = parts
  }

  /**
   * Listens for the lists and for these topics. Resolves once the server has agreed; rejects
   * `RpcError` when it did not agree to `added`.
   */
  async want(topics: readonly Topic[], added?: Topic): Promise<void> {
    this.#topics = topics
    const before = this.#stream
    const filter = this.#filter()
    if (Object.keys(filter).length === 0) {
      this.#stream = null
      return before?.abort.abort()
    }
    const stream = this.#open(filter)
    this.#stream = stream
    try {
      const honoured = await stream.honoured
      if (added && isMissing(honoured, added) && this.#topics.includes(added)) {
        throw new RpcError(RpcCode.invalidParams, 'The server does not tell of changes of this')
      }
    } finally {
      before?.abort.abort()
    }
  }

  end(): void {
    this.#isOver = true
    clearTimeout(this.#timer)
    this.#stream?.abort.abort()
    this.#stream = null
  }

  /** Only what the server declares: it may refuse the rest, and with it everything. */
  #filter(): JsonObject {
    const { capabilities } = this.#connection.hello
    const declared = isObject(capabilities) ? capabilities : {}
    const filter: JsonObject = {}
    for (const kind of ['tools', 'prompts', 'resources']) {
      const one = declared[kind]
      if (isObject(one) && one.listChanged === true) filter[`${kind}ListChanged`] = true
    }
    const uris = this.#topics.filter(({ kind }) => kind === 'resource').map(({ id }) => id)
    const taskIds = this.#topics.filter(({ kind }) => kind === 'task').map(({ id }) => id)
    if (uris.length > 0) filter.resourceSubscriptions = uris
    if (taskIds.length > 0) filter.taskIds = taskIds
    return filter
  }

  #open(notifications: JsonObject): Stream {
    const abort = new AbortController()
    const acknowledged = Promise.withResolvers<JsonObject>()
    const timer = setTimeout(() => acknowledged.resolve(notifications), ACK_MS).unref()
    const tasks = { extensions: { 'io.modelcontextprotocol/tasks': {} } }
    const client = { capabilities: notifications.taskIds ? tasks : {}, info: undefined }
    const notify = (notification: RpcNotification) => {
      if (notification.method !== ACKNOWLEDGED) return this.#parts.onNotification(notification)
      this.#failures = 0
      const { notifications: honoured } = notification.params ?? {}
      acknowledged.resolve(isObject(honoured) ? honoured : {})
    }
    const options = { signal: abort.signal, notify, client, timeoutMs: 0 }
    const stream = { abort, honoured: acknowledged.promise }
    this.#connection
      .request('subscriptions/listen', { notifications }, options)
      .then(
        () => new Error('the server ended it'),
        (error: unknown) => error,
      )
      .then((why) => {
        clearTimeout(timer)
        acknowledged.reject(why)
        this.#ended(stream, why)
      })
      .catch(() => undefined)
    // Whoever asked for it hears of it; nobody else has to.
    acknowledged.promise.catch(() => {})
    return stream
  }

  #ended(stream: Stream, why: unknown): void {
    if (this.#isOver || this.#stream !== stream) return
    // It will not know the method a minute later either.
    if (why instanceof RpcError && why.code === RpcCode.methodNotFound) return
    const delayMs = Math.min(FIRST_RETRY_MS * 2 ** this.#failures, LAST_RETRY_MS)
    this.#failures += 1
    this.#parts.log.debug({ error: messageOf(why), delayMs }, 'listening to a server ended')
    const again = () => void this.#again().catch(() => undefined)
    this.#timer = setTimeout(again, delayMs).unref()
    void this.#connection.closed.then(() => clearTimeout(this.#timer))
  }

  /** What was told meanwhile is lost: lists are taken to have changed. */
  async #again(): Promise<void> {
    await this.want(this.#topics)
    for (const kind of ['tools', 'prompts', 'resources']) {
      if (this.#filter()[`${kind}ListChanged`] !== true) continue
      this.#parts.onNotification({ jsonrpc: '2.0', method: `notifications/${kind}/list_changed` })
    }
  }
}

function isMissing(honoured: JsonObject, { kind, id }: Topic): boolean {
  const list = kind === 'resource' ? honoured.resourceSubscriptions : honoured.taskIds
  return !(Array.isArray(list) && list.includes(id))
}
