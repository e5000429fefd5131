import { AppError } from '../errors.ts'
import { parseJson } from '../json.ts'
import { isTooDeep } from '../json-depth.ts'
import { isObject, type JsonObject } from '../json-rpc.ts'

/** As much as a body over HTTP may have. */
const MAX_CHARS = 16 * 1024 * 1024

/** Reads what a person sends into the protocol. Throws `AppError('invalid')`. */
export function readObject(text: string, what: string): JsonObject {
  if (text.length > MAX_CHARS) throw new AppError('invalid', `${what} is larger than 16 MB.`)
  if (isTooDeep(text)) throw new AppError('invalid', `${what} is nested too deeply.`)
  const value = parse(text, what)
  if (!isObject(value)) throw new AppError('invalid', `${what} must be a JSON object.`)
  return value
}

function parse(text: string, what: string): unknown {
  try {
    return parseJson(text)
  } catch (cause) {
    throw new AppError('invalid', `${what} is not valid JSON.`, { cause })
  }
}
