import type { LogEntry, LogEntryLevel } from '../../../shared/log-entry.ts'
import type { Logger } from '../log.ts'
import { showableFacts, showableText } from '../showable.ts'
import { openLogRing, type LogRing, type NewEntry } from './log-ring.ts'

/** Levels of MCP (RFC 5424) in ours. */
const LEVELS = new Map<unknown, LogEntryLevel>([
  ['debug', 'debug'],
  ['info', 'info'],
  ['notice', 'info'],
  ['warning', 'warn'],
  ['error', 'error'],
  ['critical', 'error'],
  ['alert', 'error'],
  ['emergency', 'error'],
])

/** Of one server in one second. */
const MESSAGES_PER_SECOND = 200
const LONGEST_MESSAGE = 4_000

/** `ownerId`: the account that it belongs to. */
type Find = (idOrName: string) => ServerName | undefined
type ServerName = { id: string; name: string; ownerId?: string | null }

/** What we and the servers have to say, as people read it. */
export interface Logs {
  readonly ring: LogRing
  /** A log that writes to `log` and to the ring. */
  tee(log: Logger): Logger
  /** Lines that a server's process has printed, masked. */
  printed(serverId: string, lines: readonly string[]): void
  /** A log message of the protocol that was for nobody; `mask` hides the server's secrets. */
  told(serverId: string, params: Record<string, unknown>, mask: (text: string) => string): void
  /** How servers are called, by id or name; until this is known, ids stand for names. */
  nameBy(find: Find): void
}

export function openLogs(): Logs {
  const ring = openLogRing()
  const push = (entry: NewEntry) => ring.push(entry, shareOf(entry, find))
  const isWithinRate = openRate(MESSAGES_PER_SECOND)
  let find: Find = () => undefined

  /** Names are not unique where there are accounts: an id alone says whose server it is. */
  const serverOf = (name: unknown, id?: unknown): LogEntry['server'] => {
    const key = typeof id === 'string' ? id : name
    if (typeof key !== 'string' || key === '') return null
    const found = find(key)
    // Its definition may come with it, which holds secrets.
    if (found) return { id: found.id, name: found.name }
    return { id: null, name: typeof name === 'string' ? name : key }
  }
  const ours = (level: LogEntryLevel, facts: object, message: string): NewEntry => {
    const { server, serverId, ...others } = facts as Record<string, unknown>
    const rest = showableFacts(others)
    const text = sentence(message, rest)
    return { level, source: 'metamcp', server: serverOf(server, serverId), text, facts: rest }
  }
  function tee(log: Logger, base: object): Logger {
    const write = (level: Exclude<LogEntryLevel, 'stderr'>) => (facts: object, message: string) => {
      log[level](facts, message)
      push(ours(level, { ...base, ...facts }, message))
    }
    return {
      ...{ debug: write('debug'), info: write('info') },
      ...{ warn: write('warn'), error: write('error') },
      child: (facts) => tee(log.child(facts), { ...base, ...facts }),
    }
  }
  return {
    ring,
    tee: (log) => tee(log, {}),
    printed(serverId, lines) {
      const server = serverOf(serverId)
      for (const text of lines) {
        push({ level: 'stderr', source: 'server', server, text, facts: null })
      }
    },
    told(serverId, { level, data, logger }, mask) {
      if (!isWithinRate(serverId)) return
      const said = typeof data === 'string' ? data : (JSON.stringify(data) ?? '')
      // Cut first: a mask takes as long as the text is. What is cut off in a secret stays hidden.
      const words = mask(said.slice(0, 2 * LONGEST_MESSAGE)).slice(0, LONGEST_MESSAGE)
      const from = typeof logger === 'string' ? `${mask(logger).slice(0, 100)}: ` : ''
      push({
        level: LEVELS.get(level) ?? 'info',
        ...{ source: 'server', server: serverOf(serverId), text: from + words, facts: null },
      })
    },
    nameBy(newFind) {
      find = newFind
    },
  }
}

/** An account's servers and endpoints have a share of what is kept. */
function shareOf({ server, facts }: NewEntry, find: Find): string {
  if (server?.id) return find(server.id)?.ownerId ?? ''
  // The address of an account's endpoint ends in the account's handle.
  const [, handle = ''] = String(facts?.['endpoint'] ?? '').split('.')
  return handle
}

/** The reason belongs to the sentence: that is what a person looks for. */
function sentence(message: string, facts: Record<string, unknown> | null): string {
  const reason = facts?.['reason'] ?? facts?.['error']
  const said = showableText(message)
  if (typeof reason !== 'string' || reason === '') return said
  return `${said}: ${reason.replaceAll(/\s*\n\s*/g, ' ')}`
}

/** Whether one more of a key is within the limit of this second. */
function openRate(limit: number): (key: string) => boolean {
  let second = 0
  const counts = new Map<string, number>()
  return (key) => {
    const now = Math.floor(performance.now() / 1_000)
    if (now !== second) counts.clear()
    second = now
    const count = (counts.get(key) ?? 0) + 1
    counts.set(key, count)
    return count <= limit
  }
}
