import type { LogEntry } from '../../../../shared/log-entry.ts'

/** Stands for what we say ourselves, among the ids of servers. */
export const OURSELVES = 'metamcp'

export type LogView = {
  /** A text in any case, or a pattern between slashes. */
  text: string
  /** `null` for all. */
  servers: readonly string[] | null
  levels: readonly string[] | null
}

export type LogTest = {
  test: (entry: LogEntry) => boolean
  /** The text between slashes is no pattern, or not yet: it filters nothing. */
  isBroken: boolean
}

/** Which entries a person wants to see. */
export function logTest({ text, servers, levels }: LogView): LogTest {
  const ids = servers && new Set(servers)
  const wanted = levels && new Set(levels)
  const find = finder(text.trim())
  const test = (entry: LogEntry) => {
    if (wanted && !wanted.has(entry.level)) return false
    if (ids && !isOf(entry, ids)) return false
    return find === null || find(haystack(entry))
  }
  return { test, isBroken: find === null && text.trim() !== '' }
}

/** What we say about a server is of that server, too. */
function isOf({ source, server }: LogEntry, ids: ReadonlySet<string>): boolean {
  if (source === 'metamcp' && ids.has(OURSELVES)) return true
  return server?.id != null && ids.has(server.id)
}

function finder(text: string): ((hay: string) => boolean) | null {
  if (text === '') return null
  const pattern = /^\/(.+)\/$/.exec(text)?.[1]
  if (pattern === undefined) {
    const part = text.toLowerCase()
    return (hay) => hay.toLowerCase().includes(part)
  }
  try {
    const expression = new RegExp(pattern, 'i')
    return (hay) => expression.test(hay)
  } catch {
    return null
  }
}

function haystack({ server, text, facts }: LogEntry): string {
  return `${server?.name ?? ''} ${text}${facts ? ` ${JSON.stringify(facts)}` : ''}`
}
