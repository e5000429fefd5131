import { isDeepStrictEqual } from 'node:util'
import type { Entry, Format, Place } from './format.ts'
import { JSON_FORMAT } from './json.ts'
import { BrokenFile } from './text.ts'
import { TOML_FORMAT } from './toml.ts'
import { YAML_FORMAT } from './yaml.ts'

const FORMATS: Record<'json' | 'toml' | 'yaml', Format> = {
  json: JSON_FORMAT,
  toml: TOML_FORMAT,
  yaml: YAML_FORMAT,
}

/** How a client lays out its file. */
export type Layout = {
  format: keyof typeof FORMATS
  key: string
  isList?: boolean | undefined
  /** What else a file needs that is made from nothing. */
  newFile?: Record<string, string> | undefined
}

/** What to change: entries to take out, and one to put in. */
export type Edit = { remove?: string[]; put?: Entry }

/** The entries of a file, in its order. Throws `BrokenFile`. */
export function entriesOf(text: string, layout: Layout): Entry[] {
  return listOf(FORMATS[layout.format].parse(withoutMark(text)), placeOf(layout))
}

/**
 * The text with the entries changed and every other byte as it was. Throws `BrokenFile` for a text
 * that cannot be read, or that cannot be changed without changing what else it says.
 */
export function edited(text: string, layout: Layout, { remove = [], put }: Edit): string {
  const format = FORMATS[layout.format]
  const place = placeOf(layout)
  const source = withoutMark(text)
  const mark = text.slice(0, text.length - source.length)
  const whole = format.parse(source)
  const before = listOf(whole, place)
  if (source.trim() === '' && put && remove.length === 0 && layout.newFile) {
    const servers = place.isList ? [put.value] : { [put.name]: put.value }
    return mark + format.write({ ...layout.newFile, [place.key]: servers })
  }
  const taken = remove.filter((name) => before.some((entry) => entry.name === name))
  let result = taken.reduce((left, name) => format.remove(left, place, name), source)
  if (put) result = format.put(result, place, put)
  const isAsMeant = isDeepStrictEqual(
    sayings(format.parse(result), place),
    sayings(whole, place, { remove: taken, ...(put && { put }) }),
  )
  if (!isAsMeant) throw new BrokenFile('it is laid out in a way that cannot be changed safely')
  return mark + result
}

/** What a file says, with its servers apart, as they are after an edit. */
function sayings(whole: Record<string, unknown>, place: Place, edit: Edit = {}) {
  const { [place.key]: _, ...rest } = whole
  const servers = new Map(listOf(whole, place).map(({ name, value }) => [name, value]))
  for (const name of edit.remove ?? []) servers.delete(name)
  if (edit.put) servers.set(edit.put.name, edit.put.value)
  return { rest: plain(rest), servers: plain(Object.fromEntries(servers)) }
}

/** Values of parsers differ in their prototypes and in `undefined`; what they say does not. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value))
}

function listOf(whole: Record<string, unknown>, { key, isList }: Place): Entry[] {
  const servers = Object.hasOwn(whole, key) ? whole[key] : undefined
  if (servers === undefined || servers === null) return []
  if (typeof servers !== 'object' || Array.isArray(servers) !== isList) {
    throw new BrokenFile(`"${key}" is not ${isList ? 'a list' : 'an object'}`)
  }
  if (!isList) {
    return Object.entries(servers).map(([name, value]) => ({ name, value: value as object }))
  }
  return (servers as unknown[]).flatMap((value) => {
    const isNamed = typeof value === 'object' && value !== null && 'name' in value
    return isNamed ? [{ name: String(value.name), value }] : []
  })
}

function placeOf({ key, isList = false }: Layout): Place {
  return { key, isList }
}

function withoutMark(text: string): string {
  return text.replace(/^\uFEFF/, '')
}
