import type { IncomingMessage } from 'node:http'
import { RpcCode, RpcError } from '../json-rpc.ts'
import { isTooDeep, MAX_DEPTH } from '../json-depth.ts'
import { parseJson } from '../json.ts'
import { invalid } from './messages.ts'
import { HttpRefusal, refuse } from './refusal.ts'

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
  const chunks: Buffer[] = []
  let size = 0
  // Or leaving the loop would close the connection before it has carried our answer.
  const body = request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>
  for await (const chunk of body) {
    size += chunk.length
    if (size > maxBytes) throw tooLarge(maxBytes)
    chunks.push(chunk)
  }
  return chunks.length === 1 ? String(chunks[0]) : Buffer.concat(chunks).toString()
}

/** Compared as a media type: a mere substring match would let text/plain; x=application/json in. */
function isJson(type: string): boolean {
  return type.split(';')[0]?.trim().toLowerCase() === 'application/json'
}

export function tooDeep(): HttpRefusal {
  return invalid(`nested deeper than ${MAX_DEPTH} levels`)
}

function tooLarge(maxBytes: number): HttpRefusal {
  return refuse(413, `The request is larger than ${maxBytes} bytes`)
}
