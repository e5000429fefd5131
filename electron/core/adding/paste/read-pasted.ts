import type { FoundFormat, NeededValue } from '../../../../shared/add-server.ts'
import { messageOf } from '../../errors.ts'
import { nameOfUrl } from '../names.ts'
import { CLIENT_COMMAND, readClientCommand } from './client-commands.ts'
import { looksLikeCommand, readCommandLine } from './command-lines.ts'
import { readJson, readToml, readYaml, type TextDocument } from './documents.ts'
import { problemText } from '../../problems.ts'
import { findInputs, findServers } from './groups.ts'
import { isInstallLink, readInstallLink } from './links.ts'

type Path = (string | number)[]
type Hints = ReadonlyMap<string, Partial<NeededValue>>

/** A server as it stands in the text: what it holds is not checked yet. */
export type PastedServer = {
  /** `null` where the text gives it none. */
  name: string | null
  value: unknown
  /** Why it is none, where that is known already. */
  problem?: string
  /** The line of a field, counted from 1; `null` for a text of which lines say nothing. */
  lineOf(path: (string | number)[]): number | null
}

export type Pasted =
  | { kind: 'servers'; format: FoundFormat; servers: PastedServer[]; hints: Hints }
  /** A `server.json` of the registry. */
  | { kind: 'server-json'; value: unknown }
  | { kind: 'problem'; problem: string }
  | { kind: 'words'; words: string }

/** `[mcp_servers.memo]`, also with names in quotes. */
const TOML_TABLE =
  /^\s*\[\[?\s*(?:[\w-]+|"[^"\n]*"|'[^'\n]*')(?:\s*\.\s*(?:[\w-]+|"[^"\n]*"|'[^'\n]*'))*\s*\]\]?\s*(?:#.*)?$/m

/** Finds the servers in whatever a person pastes. */
export function readPasted(pasted: string): Pasted {
  const text = withoutFence(pasted.replace(/^\uFEFF/, '').trim())
  if (text.includes('\0')) return problem('The text holds NUL, so it is no text.')
  if (text === '') return { kind: 'words', words: '' }
  if (isInstallLink(text)) return fromLink(text)
  if (/^https?:\/\/\S+$/i.test(text))
    return servers('url', [{ name: nameOfUrl(text), value: { url: text } }])
  if (CLIENT_COMMAND.test(text)) return fromClientCommands(text)
  if (/^[{[]\s*["{\]}/]/.test(text) || isFragment(text)) return fromDocument(readJson, text)
  if (TOML_TABLE.test(text)) return fromDocument(readToml, text)
  if (looksLikeCommand(text)) return fromCommandLines(text)
  if (/^[\w."'-]+:\s*(?:$|\S)/m.test(text) && text.includes('\n'))
    return fromDocument(readYaml, text)
  return text.length <= 200 && !text.includes('\n')
    ? { kind: 'words', words: text }
    : problem('This is neither a snippet of a client, nor a command, nor an address.')
}

/** `"github": { … }` without the braces around it, also after comments. */
function isFragment(text: string): boolean {
  return /^(?:\/\/[^\n]*\n\s*|\/\*[^]*?\*\/\s*)*(?:"[^"\n]*"\s*:|\{|\[\s*[{"])/.test(text)
}

function withoutFence(text: string): string {
  return /^(?:[^]*?\n)?```[\w-]*\n([^]*?)\n?```/.exec(text)?.[1]?.trim() ?? text
}

function fromDocument(read: (text: string) => TextDocument, text: string): Pasted {
  try {
    const { root, lineOf, lost = [] } = read(text)
    if (isServerJson(root)) return { kind: 'server-json', value: root }
    const group = findServers(root)
    if (!group) return problem('It names no server: a server needs a "command" or a "url".')
    const [first] = group.places
    const around = lost.find(({ path }) => isInside(first?.path.slice(0, -1) ?? [], path))
    if (around) return problem(`This cannot be read: ${problemText(around)}.`)
    const found = group.places.map(({ name, path, value }) => {
      const inside = lost.find((one) => isInside(one.path, path))
      return {
        ...{ name, value, ...(inside && { problem: problemText(inside) }) },
        lineOf: (field: Path) => lineOf([...path, ...field]) ?? lineOf(path),
      }
    })
    return { kind: 'servers', format: group.format, servers: found, hints: findInputs(root) }
  } catch (error) {
    return problem(`This cannot be read: ${messageOf(error)}.`)
  }
}

/** Whether a place is this one, or within it. */
function isInside(path: Path, whole: Path): boolean {
  return whole.every((key, index) => path[index] === key)
}

function isServerJson(root: unknown): boolean {
  if (typeof root !== 'object' || root === null || !('name' in root)) return false
  return 'packages' in root || 'remotes' in root
}

function fromLink(text: string): Pasted {
  const link = readInstallLink(text)
  if ('problem' in link) return problem(link.problem)
  const hints = findInputs({ inputs: link.inputs })
  return { ...servers('link', [link]), hints }
}

function fromClientCommands(text: string): Pasted {
  // Several of them, each on a line of its own; quotes may hold line breaks.
  const lines = text.split(/\r?\n(?=(?:\$\s+|>\s+)?[\w-]+\s+mcp\s+add)/)
  return fromResults('client-command', lines.map(readClientCommand))
}

function fromCommandLines(text: string): Pasted {
  const lines = text
    .replaceAll(/[\\`]\r?\n/g, ' ')
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
  return fromResults('command', lines.map(readCommandLine))
}

type Result = { name: string | null; value: unknown } | { problem: string }

/** One line that cannot be taken over does not spoil the others. */
function fromResults(format: FoundFormat, results: Result[]): Pasted {
  const [only] = results
  if (only && 'problem' in only && results.length === 1) {
    return problem(`The command cannot be taken over: it ${sentence(only.problem)}.`)
  }
  const found = results.map((result, index) => {
    if ('value' in result) return result
    return { name: `line-${index + 1}`, value: null, problem: `it ${sentence(result.problem)}` }
  })
  return servers(format, found)
}

function sentence(text: string): string {
  return /^(?:names|holds)/.test(text) ? text : `is refused: ${text}`
}

type Bare = Omit<PastedServer, 'lineOf'>

function servers(format: FoundFormat, found: Bare[]) {
  return {
    kind: 'servers' as const,
    format,
    servers: found.map((one) => ({ ...one, lineOf: () => null })),
    hints: new Map<string, Partial<NeededValue>>(),
  }
}

function problem(text: string): Pasted {
  return { kind: 'problem', problem: text.replace(/\.\.$/, '.') }
}
