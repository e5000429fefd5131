import { posix } from 'node:path'
import type { ItemRule } from '../../../shared/namespace.ts'

/** What stands before the first expression of a template, and after the last. */
type Frame = { prefix: string; suffix: string }

/** A server may decode more than once; nobody needs this many. */
const MAX_DECODINGS = 4

/**
 * Tells which URIs lead to what is off at one server. They are compared as they stand, and as a
 * server may read them: see `readingOf`. Of a template, which no client's URI is run through, its
 * fixed beginning and end count; of two that both fit, the one that says more, and in doubt the one
 * that is off. Only URIs that nobody lists are asked about.
 */
export function offResources(
  off: readonly ItemRule[],
  templates: readonly string[],
): (uri: string) => boolean {
  if (off.length === 0) return () => false
  const items = (kind: ItemRule['kind']) =>
    off.filter((rule) => rule.kind === kind).map(({ item }) => item)
  const offTemplates = new Set(items('template'))
  // Also by its own text, which is what asks for completions of it.
  const exact = new Set([...items('resource'), ...offTemplates].flatMap((one) => readingsOf(one)))
  const closing = [...offTemplates].flatMap(framesOf)
  const opening = templates.filter((one) => !offTemplates.has(one)).flatMap(framesOf)
  return (uri) => {
    const readings = [...readingsOf(uri), ...readingsOf(withoutQuery(uri))]
    if (readings.some((one) => exact.has(one))) return true
    const closed = longestFit(closing, readings)
    return closed >= 0 && closed >= longestFit(opening, readings)
  }
}

/** How much of the readings is said by the frame that says most; -1 where none fits. */
function longestFit(frames: readonly Frame[], readings: readonly string[]): number {
  const fits = ({ prefix, suffix }: Frame) =>
    readings.some(
      (uri) =>
        uri.length >= prefix.length + suffix.length &&
        uri.startsWith(prefix) &&
        uri.endsWith(suffix),
    )
  const said = ({ prefix, suffix }: Frame) => prefix.length + suffix.length
  return frames.filter(fits).reduce((longest, frame) => Math.max(longest, said(frame)), -1)
}

function framesOf(template: string): Frame[] {
  const [first, last] = [template.indexOf('{'), template.lastIndexOf('}')]
  // Without an expression it stands for itself alone.
  if (first < 0 || last < first) return []
  const suffix = template.slice(last + 1)
  const suffixes = new Set([suffix, suffix.toLowerCase()])
  return readingsOf(template.slice(0, first)).flatMap((prefix) =>
    Array.from(suffixes, (one) => ({ prefix, suffix: one })),
  )
}

/** As it stands and, where that is another, as it is once it is read. */
function readingsOf(uri: string): string[] {
  return [...new Set([uri, readingOf(uri)])]
}

/**
 * The same for all URIs that a server may take for one: with `%41` for `A`, `file://localhost`,
 * `..`, doubled slashes, or capitals, which some file systems do not tell apart.
 */
function readingOf(uri: string): string {
  const plain = decoded(URL.canParse(uri) ? new URL(uri).href : uri)
  const [, scheme = '', rest = plain] = /^([a-z][a-z\d+.-]*:\/{0,2})(.*)$/is.exec(plain) ?? []
  const path = rest === '' ? '' : posix.normalize(rest.replaceAll('\\', '/'))
  return (scheme + path).normalize('NFC').toLowerCase()
}

/** Many a server reads the path of a URI alone. */
function withoutQuery(uri: string): string {
  return uri.replace(/[?#].*$/s, '').replace(/[\\/]+$/, '')
}

function decoded(uri: string): string {
  let plain = uri
  try {
    for (let times = 0; times < MAX_DECODINGS; times += 1) plain = decodeURIComponent(plain)
  } catch {
    // What is left is no code of a character.
  }
  return plain
}
