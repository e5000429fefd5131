import { messageOf } from '../../errors.ts'
import type { RawEntry } from './entry.ts'
import { splitCommand } from './shell-words.ts'

export type CommandEntry = { name: string | null; value: RawEntry }
type Result = CommandEntry | { problem: string }

/** `claude mcp add …`, `codex mcp add …`, and `code --add-mcp …`. */
export const CLIENT_COMMAND =
  /^(?:\$\s+|>\s+)?[\w-]+(?:\.(?:exe|cmd))?\s+(?:mcp\s+add(?:-json)?\b|--add-mcp\b)/

const OPTIONS = {
  transport: ['--transport', '-t', '--type'],
  env: ['--env', '-e'],
  header: ['--header', '-H'],
  url: ['--url'],
  token: ['--bearer-token-env-var'],
  /** They say where it is to be kept, or nothing that concerns us. */
  other: ['--scope', '-s', '--timeout', '--description', '--client-id', '--callback-port'],
} as const

type Option = keyof typeof OPTIONS
type Given = Record<Option, string[]> & { rest: string[] }

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

function readAdd({ rest, transport, env, header, url, token }: Given): Result {
  const [name, target, ...args] = rest
  if (name === undefined) return { problem: 'names no server' }
  const address = url[0] ?? (/^https?:\/\//.test(target ?? '') ? target : undefined)
  if (address !== undefined) {
    const type = transport[0] === 'sse' ? { type: 'sse' } : {}
    const bearer = token[0] === undefined ? {} : { bearer_token_env_var: token[0] }
    return { name, value: { ...type, ...bearer, url: address, headers: pairs(header, ':') } }
  }
  if (target === undefined) return { problem: 'names no command and no address' }
  return { name, value: { command: target, args, env: pairs(env, '=') } }
}

/** Options up to the command of the server: what follows that, or `--`, is the server's own. */
function sortWords(words: string[]): Given {
  const given: Given = {
    ...{ transport: [], env: [], header: [], url: [], token: [], other: [] },
    rest: [],
  }
  let index = 0
  while (index < words.length) {
    const word = words[index] ?? ''
    index += 1
    if (word === '--') {
      given.rest.push(...words.slice(index))
      break
    }
    const [flag = '', inline] = word.startsWith('--') ? splitOnce(word, '=') : [word]
    const option = optionOf(flag)
    if (option) {
      given[option].push(inline ?? words[index] ?? '')
      if (inline === undefined) index += 1
      // `-e A=1 B=2`: the option of Claude Code takes all of them.
      while (option === 'env' && /^[A-Z_][A-Z0-9_]*=/.test(words[index] ?? '')) {
        given.env.push(words[index] ?? '')
        index += 1
      }
      continue
    }
    if (word.startsWith('-') && given.rest.length < 2) continue
    given.rest.push(word)
  }
  return given
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
