import { messageOf } from '../../errors.ts'
import type { RawEntry } from './fields.ts'
import { splitCommand } from './shell-words.ts'

export type CommandEntry = { name: string | null; value: RawEntry }
type Result = CommandEntry | { problem: string }

/** `claude mcp add …`, `codex mcp add …`, and `code --add-mcp …`. */
export const CLIENT_COMMAND =
  /^(?:\$\s+|>\s+)?[\w-]+(?:\.(?:exe|cmd))?\s+(?:mcp\s+add(?:-json)?\b|--add-mcp\b)/

const ADDRESS = /^https?:\/\//
const OPTIONS = {
  transport: ['--transport', '-t', '--type'],
  env: ['--env', '-e'],
  header: ['--header', '-H'],
  url: ['--url'],
  token: ['--bearer-token-env-var'],
  clientId: ['--client-id'],
  description: ['--description'],
  /** It says in which file of the client it is to be kept. */
  place: ['--scope', '-s'],
} as const

/** Options with a value that mean nothing here; all others that we do not know have none. */
const FOREIGN = /^--(?:timeout|callback-port|include-tools|exclude-tools|headers-helper)$/

type Option = keyof typeof OPTIONS
/** `foreign`: options that mean nothing here, as fields of the entry, so that they are told of. */
type Given = Record<Option, string[]> & { rest: string[]; foreign: RawEntry }

/** Reads the commands with which clients are told of a server. */
export function readClientCommand(text: string): Result {
  const split = splitCommand(text.replace(/^(?:\$|>)\s+/, ''))
  if ('problem' in split) return split
  const [, verb = '', action = '', ...words] = split.words
  if (verb === '--add-mcp') return readJsonWords(null, action)
  if (action === 'add-json') {
    const [name = '', json = ''] = words.filter((word) => !word.startsWith('-'))
    return readJsonWords(name, json)
  }
  return readAdd(sortWords(words))
}

function readAdd({ rest, transport, env, header, url, token, ...given }: Given): Result {
  const [name, target, ...args] = rest
  const [clientId] = given.clientId
  const [description] = given.description
  const more = { ...given.foreign, ...(description !== undefined && { description }) }
  if (name === undefined) return { problem: 'names no server' }
  const address = url[0] ?? (ADDRESS.test(target ?? '') ? target : undefined)
  if (address !== undefined) {
    const type = transport[0] === 'sse' ? { type: 'sse' } : {}
    const bearer = token[0] === undefined ? {} : { bearer_token_env_var: token[0] }
    const oauth = clientId === undefined ? {} : { oauth: { clientId } }
    const headers = pairs(header, ':')
    return { name, value: { ...more, ...type, ...bearer, ...oauth, url: address, headers } }
  }
  if (target === undefined) return { problem: 'names no command and no address' }
  return { name, value: { ...more, command: target, args, env: pairs(env, '=') } }
}

/** Options up to the command of the server: what follows that, or `--`, is the server's own. */
function sortWords(words: string[]): Given {
  const given: Given = {
    ...{ transport: [], env: [], header: [], url: [], token: [] },
    ...{ clientId: [], description: [], place: [], rest: [], foreign: {} },
  }
  let index = 0
  while (index < words.length) {
    const word = words[index] ?? ''
    const [, target] = given.rest
    index += 1
    if (word === '--' || (target !== undefined && !ADDRESS.test(target))) {
      given.rest.push(...words.slice(word === '--' ? index : index - 1))
      break
    }
    if (!word.startsWith('-')) given.rest.push(word)
    else index += takeOption(given, word, words.slice(index))
  }
  return given
}

/** How many of the words behind an option belong to it. */
function takeOption(given: Given, word: string, behind: string[]): number {
  const [flag = '', inline] = word.startsWith('--') ? splitOnce(word, '=') : [word]
  const option = optionOf(flag)
  const hasValue = inline === undefined && (option !== undefined || FOREIGN.test(flag))
  const value = inline ?? (hasValue ? (behind[0] ?? '') : undefined)
  if (!option) given.foreign[flag] = value ?? true
  else given[option].push(value ?? '')
  const own = hasValue ? 1 : 0
  if (option !== 'env') return own
  // `-e A=1 B=2`: the option of Claude Code takes all of them.
  const end = behind.findIndex((one, at) => at >= own && !/^[A-Z_][A-Z0-9_]*=/.test(one))
  const more = behind.slice(own, end < 0 ? undefined : end)
  given.env.push(...more)
  return own + more.length
}

function optionOf(flag: string): Option | undefined {
  const entries = Object.entries(OPTIONS) as [Option, readonly string[]][]
  return entries.find(([, flags]) => flags.includes(flag))?.[0]
}

function pairs(texts: string[], separator: string): Record<string, string> {
  return Object.fromEntries(
    texts.map((text) => {
      const [name = '', value = ''] = splitOnce(text, separator)
      return [name.trim(), value.trim()]
    }),
  )
}

function splitOnce(text: string, separator: string): [string, string?] {
  const at = text.indexOf(separator)
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)]
}

function readJsonWords(name: string | null, json: string): Result {
  try {
    const value: unknown = JSON.parse(json)
    if (typeof value !== 'object' || value === null) return { problem: 'holds no server' }
    const own = 'name' in value && typeof value.name === 'string' ? value.name : null
    return { name: name ?? own, value: value as RawEntry }
  } catch (error) {
    return { problem: `holds JSON that cannot be read: ${messageOf(error)}` }
  }
}
