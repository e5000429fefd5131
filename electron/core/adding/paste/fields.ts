import type { z } from 'zod'
import type { Problem } from '../../problems.ts'

/** One server as a client writes it down. */
export type RawEntry = Record<string, unknown>

/** The fields of an entry: which were read, which are wrong, and which nobody has asked for. */
export interface Fields {
  /** The field by whichever name it has; `undefined` also where it is wrong, which is a problem. */
  take<T>(schema: z.ZodType<T>, names: readonly string[]): T | undefined
  /** The same where another meaning is no mistake: a field that does not fit counts as not read. */
  takeIfFits<S extends z.ZodType>(schema: S, name: string): z.output<S> | undefined
  /** What stands there, read or not. */
  peek(name: string): unknown
  has(names: readonly string[]): boolean
  /** These say nothing more that could be lost. */
  settle(...names: string[]): void
  /** An object within: its fields, of which those that stay unread are told as `name.field`. */
  inside(name: string): Fields | null
  problems: readonly Problem[]
  /** Names of the fields that were not read although they ask for something, as they stand. */
  unread(): string[]
}

/** Names, words for people, and where a client has it from: none of it says how a server runs. */
const TELLS_NOTHING = ['name', 'id', 'title', 'description', 'gallery', 'version', '$schema']
/** Where an empty list means something: nothing is allowed. */
const ALLOWED = /^(?:enabled_?tools|include_?tools|allowed_?tools|tools)$/i

export function openFields(entry: RawEntry): Fields {
  const read = new Set(TELLS_NOTHING)
  const inner = new Map<string, Fields>()
  const problems: Problem[] = []
  return {
    take(schema, names) {
      const name = names.find((one) => isGiven(entry[one]))
      if (name === undefined) return undefined
      read.add(name)
      const result = schema.safeParse(entry[name])
      if (result.success) return result.data
      problems.push({ path: [name], message: messageOf(result.error) })
      return undefined
    },
    takeIfFits(schema, name) {
      if (!Object.hasOwn(entry, name)) return undefined
      const result = schema.safeParse(entry[name])
      if (!result.success) return undefined
      read.add(name)
      return result.data
    },
    peek: (name) => entry[name],
    has: (names) => names.some((name) => isGiven(entry[name])),
    settle: (...names) => names.forEach((name) => read.add(name)),
    inside(name) {
      const value = entry[name]
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return null
      const fields = inner.get(name) ?? openFields(value as RawEntry)
      inner.set(name, fields)
      return fields
    },
    problems,
    unread: () =>
      Object.entries(entry).flatMap(([name, value]) => {
        if (read.has(name) || asksNothing(name, value)) return []
        const within = inner.get(name)
        return within ? within.unread().map((one) => `${name}.${one}`) : [name]
      }),
  }
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null
}

/** What is empty or off is as it would be without it. */
function asksNothing(name: string, value: unknown): boolean {
  if (!isGiven(value) || value === false || value === '') return true
  if (Array.isArray(value)) return value.length === 0 ? !ALLOWED.test(name) : value[0] === '*'
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0
}

function messageOf({ issues: [issue] }: z.ZodError): string {
  // Of a list the field itself is named: people look for it, and its line is known.
  if (issue && issue.path.length > 0 && typeof issue.path[0] === 'number') {
    return 'must be a list of texts'
  }
  return issue && issue.path.length > 0 ? 'must be an object of texts' : (issue?.message ?? '')
}
