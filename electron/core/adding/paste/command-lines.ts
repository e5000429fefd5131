import { nameOfPackage } from '../names.ts'
import type { CommandEntry } from './client-commands.ts'
import { splitCommand } from './shell-words.ts'

const RUNNERS =
  /^(?:npx|npm|pnpm|pnpx|yarn|bunx?|uvx?|pipx|python[\d.]*|py|node|tsx|deno|docker|podman|dnx|dotnet|java|go|cargo|php|ruby|cmd|bash|sh|pwsh|powershell)(?:\.(?:exe|cmd|bat))?$/i
const PATH = /^(?:~|\.{1,2})?[\\/]|^[A-Za-z]:\\|\.(?:exe|cmd|bat|js|mjs|cjs|ts|py|sh)$/i

/** Options of runners whose value is another word, so that it is not taken for the package. */
const WITH_VALUE =
  /^(?:-p|--package|--from|--with|--python|-e|--env|-v|--volume|--mount|--name|--network|--env-file|-w|--workdir|-u|--user|--platform|--directory|--project|--index-url|--entrypoint|--cache|--registry)$/

/** Whether a text is a command with a program in front, perhaps after variables it sets. */
export function looksLikeCommand(text: string): boolean {
  const [first = ''] = programLine(text)
    .replace(/^(?:env\s+)?(?:[A-Za-z_]\w*=(?:"[^"]*"|'[^']*'|\S*)\s+)*/, '')
    .split(/\s/)
  const hasMore = /\s/.test(programLine(text).trim())
  return PATH.test(unquoted(first)) || (hasMore && RUNNERS.test(unquoted(first)))
}

function programLine(text: string): string {
  const line = text.split(/\r?\n/).find((one) => one.trim() !== '' && !one.trim().startsWith('#'))
  return (line ?? '').trim().replace(/^(?:\$|>|PS>)\s+/, '')
}

/** A command as a person would type it into a terminal. */
export function readCommandLine(line: string): CommandEntry | { problem: string } {
  const split = splitCommand(line.replace(/^(?:\$|>|PS>)\s+/, ''))
  if ('problem' in split) return split
  const [command = '', ...args] = split.words
  return { name: null, value: { command, args, env: split.env } }
}

/** What the server is called by what its command starts: a package, an image, a script. */
export function nameOfCommand(command: string, args: readonly string[]): string {
  const program = command.replace(/^.*[\\/]/, '').replace(/\.(?:exe|cmd|bat)$/i, '')
  if (!RUNNERS.test(program)) return nameOfPackage(command)
  const words = wordsOf(args)
  const verbs = /^(?:run|exec|dlx|x|tool|create|start|mcp)$/
  const module = args[args.indexOf('-m') + 1]
  if (/^py/.test(program) && args.includes('-m') && module !== undefined) {
    return nameOfPackage(module.replaceAll('.', '/'))
  }
  const telling = words.find((word) => !verbs.test(word)) ?? program
  return nameOfPackage(telling)
}

/** Arguments that are no options, nor values of options of a runner. */
function wordsOf(args: readonly string[]): string[] {
  return args.filter(
    (word, index) => !word.startsWith('-') && !WITH_VALUE.test(args[index - 1] ?? ''),
  )
}

function unquoted(word: string): string {
  return word.replaceAll(/^["']|["']$/g, '')
}
