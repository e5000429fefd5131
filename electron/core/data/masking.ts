import type { Server } from '../../../shared/server.ts'
import { fillReferences } from '../references.ts'
import { looksSecret, SECRET_SHAPES } from '../secret-shapes.ts'

/** Below this length a "secret" is a word like `true`, and masking it would garble all. */
const SHORTEST_SECRET = 6
export const HIDDEN = '•••'

/** Whatever stands in the query of an address is nobody's business either. */
const SHAPES = [...SECRET_SHAPES, /(?<=\bhttps?:\/\/[^\s"'<>?]+\?)[^\s"'<>]+/g]

type Environment = Record<string, string | undefined>

/** Hides these secrets, and what looks like one, in a text. */
export function openMask(secrets: Iterable<string>): (text: string) => string {
  const long = [...new Set(secrets)].filter((secret) => secret.length >= SHORTEST_SECRET)
  // Longest first: a secret inside another one must not leave the rest of it readable.
  long.sort((one, other) => other.length - one.length)
  return (text) => {
    const known = long.reduce((masked, secret) => masked.replaceAll(secret, HIDDEN), text)
    const shaped = SHAPES.reduce((masked, shape) => masked.replaceAll(shape, HIDDEN), known)
    return shaped.replaceAll(/[\w+=~-]{24,}/g, (word) => (looksSecret(word) ? HIDDEN : word))
  }
}

/** All that a definition holds, or refers to, and nobody else is to read. */
export function secretsOf(server: Server, env: Environment): string[] {
  if (server.type === 'STDIO') {
    return [...server.args.flatMap(partsOf), ...Object.values(server.env)].flatMap(bothWays(env))
  }
  const { url, headers, bearerToken, oauth } = server
  const values = Object.values(headers)
  const query = url.split('?')[1]?.split(/[&=#]/) ?? []
  return [
    ...values,
    // `Basic abc`: what must not be told is also the second word alone.
    ...values.flatMap((text) => text.split(' ').slice(1)),
    ...query,
    ...[bearerToken ?? '', oauth?.clientSecret ?? ''],
  ].flatMap(bothWays(env))
}

/** As they are written, and with references filled in. */
function bothWays(env: Environment): (text: string) => string[] {
  return (text) => {
    try {
      return [text, fillReferences(text, env)]
    } catch {
      return [text]
    }
  }
}

/** Arguments that could be secrets: not flags, nor what names a package or a file. */
function partsOf(arg: string): string[] {
  const value = /^-{1,2}[\w.-]+=(.*)$/s.exec(arg)?.[1] ?? arg
  const isPlain = /^-/.test(value) || /^@?[\w.-]+(?:\/[\w.-]+)*(?:@[\w.^~-]+)?$/.test(value)
  return isPlain && !looksSecret(value) ? [] : [value]
}
