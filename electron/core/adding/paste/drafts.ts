import type { FoundFormat } from '../../../../shared/add-server.ts'
import { serverDefinition } from '../../../../shared/server.ts'
import { problemsOf, type Problem } from '../../problems.ts'
import type { Candidate, Definition } from '../draft.ts'
import { openHoles, type InputHints } from '../holes.ts'
import { nameOfUrl } from '../names.ts'
import { nameOfCommand } from './command-lines.ts'
import { readEntry } from './entry.ts'
import type { RawEntry } from './fields.ts'
import type { PastedServer } from './read-pasted.ts'

export type DraftOptions = {
  env: Record<string, string | undefined>
  /** Whether an address is one of our own endpoints: adding that would call itself. */
  isOwnUrl: (url: string) => boolean
}

type Group = { format: FoundFormat; servers: PastedServer[]; hints: InputHints }

/** What could be added of what was pasted, and why the rest could not. */
export function draftServers(group: Group, options: DraftOptions): Candidate[] {
  return group.servers.map((server) => draftServer(server, { hints: group.hints, ...options }))
}

type Context = DraftOptions & { hints: InputHints }

function draftServer({ name, value, problem, lineOf }: PastedServer, context: Context): Candidate {
  if (problem !== undefined) return { name: name ?? 'server', problem }
  const refuse = ({ path, message }: Problem): Candidate => ({
    name: name ?? 'server',
    problem: problemText(lineOf(path), path, message),
  })
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return refuse({ path: [], message: 'is no server: it must be an object' })
  }
  const entry = value as RawEntry
  const read = readEntry(entry)
  if ('problems' in read) return refuse(read.problems[0] ?? { path: [], message: 'is no server' })
  const { definition, notes, leftOut } = read
  // Gaps are marked by it: what holds it already would become one.
  if (JSON.stringify(definition).includes('\\u0000')) {
    return refuse({ path: [], message: 'must not hold NUL' })
  }
  if (leadsHere(definition, context)) {
    return refuse({ path: [], message: 'this is MetaMCP itself' })
  }
  const description = entry['description']
  const drafted = openHoles(definition, context)
  const mistake = mistakeIn(drafted.shown)
  if (mistake) return refuse(mistake)
  return {
    name: name ?? guessName(definition),
    notes,
    leftOut,
    ...(typeof description === 'string' && { description: shortened(description) }),
    ...drafted,
  }
}

/** Also by a bridge, ours or another's. */
function leadsHere(definition: Definition, { isOwnUrl }: DraftOptions): boolean {
  if (definition.type !== 'STDIO') return isOwnUrl(definition.url)
  const words = [definition.command, ...(definition.args ?? [])]
  const isBridge =
    words.some((word) => /(?:^|[\\/])metamcp(?:\.\w+)?$/i.test(word)) &&
    words.some((word) => /^(?:--)?stdio$/.test(word)) &&
    // That of another folder is another one.
    !words.some((word) => word.startsWith('--data-dir'))
  return isBridge || words.some(isOwnUrl)
}

/** What no value given later can make good. */
function mistakeIn(shown: Definition): Problem | null {
  // Names in the place of values are no valid header, nor need they be.
  const plain = JSON.parse(JSON.stringify(shown).replaceAll(/[‹›]/g, '')) as Definition
  const url = 'url' in shown ? { url: possibleUrl(shown.url) } : {}
  const result = serverDefinition.safeParse({ ...plain, ...url, name: 'x' })
  return result.success ? null : (problemsOf(result.error)[0] ?? null)
}

/** The address with something in each place where a value will be: also in that of its host. */
function possibleUrl(shown: string): string {
  return shown
    .replace(/^‹[^›]*›/, 'http://host')
    .replaceAll(/:‹[^›]*›/g, ':1')
    .replaceAll(/[‹›\s]/g, '')
}

/** As the rules for descriptions want it: nobody is kept from a server by its description. */
function shortened(description: string): string {
  return description.replaceAll('\0', '').slice(0, 2_000)
}

function guessName(definition: Definition): string {
  return definition.type === 'STDIO'
    ? nameOfCommand(definition.command, definition.args ?? [])
    : nameOfUrl(definition.url)
}

function problemText(line: number | null, path: Problem['path'], message: string): string {
  const [field, ...rest] = path
  const what = field === undefined ? message : `"${[field, ...rest].join('.')}" ${message}`
  return line === null ? what : `line ${line}: ${what}`
}
