import type { ServerInput } from '../../../shared/server.ts'
import { readEntry } from './paste/entry.ts'

/** What a client wrote down of a server, as when it is pasted; `problem` is a sentence. */
export function readServer(
  name: string,
  entry: object,
): { server: ServerInput; leftOut: string[] } | { problem: string } {
  const read = readEntry(entry as Record<string, unknown>)
  if ('definition' in read) return { server: { ...read.definition, name }, leftOut: read.leftOut }
  const [{ path, message } = { path: [], message: 'is no server' }] = read.problems
  return { problem: path.length > 0 ? `"${path.join('.')}" ${message}.` : `It ${message}.` }
}
