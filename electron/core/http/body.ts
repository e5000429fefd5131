import type { IncomingMessage } from 'node:http'
import { RpcCode, RpcError } from '../json-rpc.ts'
import { isTooDeep, MAX_DEPTH } from '../json-depth.ts'
import { parseJson } from '../json.ts'
import { invalid } from './messages.ts'
import { HttpRefusal, refuse } from './refusal.ts'

const JSON_TYPE = 'application/json'

/** Reads a JSON body of at most `maxBytes`. Rejects with the `HttpRefusal` that answers it. */
export async function readJson(request: IncomingMessage, maxBytes: number): Promise<unknown> {
  if (!isJson(request.headers['content-type'] ?? '')) {
    throw refuse(415, 'Content-Type must be application/json')
  }
  if (request.headers['content-encoding'] !== undefined) {
    throw refuse(415, 'Content-Encoding is not supported')
  }
  const text = await readText(request, maxBytes)
  if (isTooDeep(text)) throw tooDeep()
  try {
    return parseJson(text)
  } catch {
    throw new HttpRefusal(400, new RpcError(RpcCode.parseError, 'Parse error: not valid JSON'))
  }
}

/** The same of who may also send nothing, which counts as no arguments at all. */
export async function readArguments(request: IncomingMessage, maxBytes: number): Promise<unknown> {
  const {
    'content-type': type,
    'content-length': length,
    'transfer-encoding': coding,
  } = request.headers
  const hasNoBody = coding === undefined && Number(length ?? 0) === 0
  // Some send a type with it.
  if (hasNoBody && (type === undefined || isJson(type))) return {}
  return readJson(request, maxBytes)
}

/** Rejects with the `HttpRefusal` that answers a body of more than `maxBytes`. */
export async function readText(request: IncomingMessage, maxBytes: number): Promise<string> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes)
  const chunks = await readChunks(request, maxBytes)
  const [only] = chunks
  return only && chunks.length === 1 ? only.toString() : Buffer.concat(chunks).toString()
}

/** By events: an iterator over a stream costs more than all the rest of reading a small body. */
function readChunks(request: IncomingMessage, maxBytes: number): Promise<Buffer[]> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    const take = (chunk: Buffer) => {
      size += chunk.length
      chunks.push(chunk)
      if (size <= maxBytes) return
      // Read no further, but not closed either: the connection has to carry our answer.
      request.off('data', take).pause()
      reject(tooLarge(maxBytes))
    }
    const gone = () => reject(leftEarly())
    if (request.destroyed && !request.readableEnded) return gone()
    request.on('data', take)
    // Each comes once: `once` would make a function more for that.
    request.on('end', () => {
      request.off('close', gone)
      resolve(chunks)
    })
    request.on('error', reject)
    request.on('close', gone)
  })
}

/** The error that Node has for it: nobody is told of it, and nobody logs it. */
function leftEarly(): Error {
  return Object.assign(new Error('the client left before its request was read'), {
    code: 'ECONNRESET',
  })
}

/** Compared as a media type: a mere substring match would let text/plain; x=application/json in. */
function isJson(type: string): boolean {
  return type === JSON_TYPE || type.split(';')[0]?.trim().toLowerCase() === JSON_TYPE
}

export function tooDeep(): HttpRefusal {
  return invalid(`nested deeper than ${MAX_DEPTH} levels`)
}

function tooLarge(maxBytes: number): HttpRefusal {
  return refuse(413, `The request is larger than ${maxBytes} bytes`)
}
