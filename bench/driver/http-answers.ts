/** What a request over HTTP was answered with; `head` as it came. */
export type HttpAnswer = { status: number; head: string; body: string; ms: number }

const HEAD_END = Buffer.from('\r\n\r\n')
const LINE_END = Buffer.from('\r\n')

type Heard = {
  /** Once for each part of a body as it comes. */
  onBody(part: Buffer): void
  onHead(status: number, head: string): void
  onEnd(): void
}

/** How much of a body is to come: so many bytes, chunks, all until the socket closes, or none. */
type Left = { kind: 'head' } | { kind: 'bytes' | 'chunk'; bytes: number } | { kind: 'chunks' }

/**
 * Reads HTTP answers from the bytes of one socket, in order. It is ours because the load comes from
 * the machine that is measured: Node's own client takes several times the CPU for each request.
 */
export class HttpAnswers {
  readonly #heard: Heard
  #bytes: Buffer = Buffer.alloc(0)
  #left: Left = { kind: 'head' }

  constructor(heard: Heard) {
    this.#heard = heard
  }

  read(bytes: Buffer): void {
    this.#bytes = this.#bytes.length === 0 ? bytes : Buffer.concat([this.#bytes, bytes])
    while (this.#step());
  }

  /** Takes what is whole; false when more bytes are needed. */
  #step(): boolean {
    const left = this.#left
    if (left.kind === 'head') return this.#readHead()
    if (left.kind === 'chunks') return this.#readChunkSize()
    return this.#readBody(left)
  }

  #readHead(): boolean {
    const end = this.#bytes.indexOf(HEAD_END)
    if (end < 0) return false
    const head = this.#bytes.toString('latin1', 0, end)
    this.#bytes = this.#bytes.subarray(end + 4)
    const status = Number(head.slice(9, 12))
    this.#heard.onHead(status, head)
    if (valueIn(head, 'transfer-encoding') === 'chunked') this.#left = { kind: 'chunks' }
    else if (status === 204) this.#end()
    else this.#expect(Number(valueIn(head, 'content-length') ?? 0))
    return true
  }

  #expect(bytes: number): void {
    if (bytes === 0) return this.#end()
    this.#left = { kind: 'bytes', bytes }
  }

  #readChunkSize(): boolean {
    const end = this.#bytes.indexOf(LINE_END)
    if (end < 0) return false
    const size = parseInt(this.#bytes.toString('latin1', 0, end), 16)
    if (size > 0) {
      this.#bytes = this.#bytes.subarray(end + 2)
      // The line end behind a chunk is taken with it.
      this.#left = { kind: 'chunk', bytes: size + 2 }
      return true
    }
    if (this.#bytes.length < end + 4) return false
    this.#bytes = this.#bytes.subarray(end + 4)
    this.#end()
    return true
  }

  #readBody(left: { kind: 'bytes' | 'chunk'; bytes: number }): boolean {
    if (this.#bytes.length === 0) return false
    const taken = Math.min(left.bytes, this.#bytes.length)
    const behind = left.kind === 'chunk' ? 2 : 0
    const part = this.#bytes.subarray(0, Math.min(taken, Math.max(0, left.bytes - behind)))
    this.#bytes = this.#bytes.subarray(taken)
    left.bytes -= taken
    if (part.length > 0) this.#heard.onBody(part)
    if (left.bytes > 0) return false
    if (left.kind === 'chunk') this.#left = { kind: 'chunks' }
    else this.#end()
    return true
  }

  #end(): void {
    this.#left = { kind: 'head' }
    this.#heard.onEnd()
  }
}

/** Of a header; `name` in lower case. */
export function valueIn(head: string, name: string): string | undefined {
  const begin = head.toLowerCase().indexOf(`\r\n${name}:`)
  if (begin < 0) return undefined
  const end = head.indexOf('\r\n', begin + 2)
  return head.slice(begin + name.length + 3, end < 0 ? undefined : end).trim()
}

/** Why an answer is no good, in a line: the words of a page, or of an error, without any stack. */
export function refusalOf({ status, body }: Pick<HttpAnswer, 'status' | 'body'>): string {
  const said = /"message":"([^"]*)"/.exec(body)?.[1]
  const words = body.replaceAll(/<title>.*?<\/title>|<[^>]*>|&\w+;/g, ' ').replaceAll(/\s+/g, ' ')
  return `HTTP ${status}: ${(said ?? words.split(' at ', 1)[0] ?? '').trim().slice(0, 80)}`
}
