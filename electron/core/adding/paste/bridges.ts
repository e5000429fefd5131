import type { Definition } from '../draft.ts'

type Local = Extract<Definition, { type: 'STDIO' }>

/** `cmd /c npx …` is for clients that cannot start scripts on Windows; we can. */
export function withoutWrapper(words: string[]): { words: string[]; isChanged: boolean } {
  const [program = '', option = '', ...rest] = words
  const isWrapper = /^(?:cmd|cmd\.exe)$/i.test(program) && option.toLowerCase() === '/c'
  return isWrapper && rest.length > 0
    ? { words: rest, isChanged: true }
    : { words, isChanged: false }
}

/**
 * `npx mcp-remote URL` brings servers at an address to clients that know stdio only. We reach the
 * address ourselves, with its sign-in. `null` for anything else, also for options we do not know.
 */
export function withoutBridge({ command, args = [], env = {} }: Local): Definition | null {
  if (!/^(?:npx|bunx|pnpx)(?:\.cmd)?$/.test(command)) return null
  const words = args.filter((word) => !/^(?:-y|--yes)$/.test(word))
  const [name = '', url = '', ...options] = words
  if (!/^mcp-remote(?:@.+)?$/.test(name) || !/^https?:\/\//.test(url)) return null
  const headers: Record<string, string> = {}
  let type: 'SSE' | 'STREAMABLE_HTTP' = 'STREAMABLE_HTTP'
  for (let index = 0; index < options.length; index += 1) {
    const option = options[index] ?? ''
    const value = options[index + 1] ?? ''
    if (/^\d+$/.test(option) || option === '--allow-http') continue
    if (option !== '--header' && option !== '--transport') return null
    if (option === '--transport' && value === 'sse-only') type = 'SSE'
    const header = /^([^:\s]+):\s*(.*)$/.exec(value)
    if (option === '--header' && !header) return null
    if (option === '--header') headers[header?.[1] ?? ''] = fromOwnEnv(header?.[2] ?? '', env)
    index += 1
  }
  return { type, url, headers }
}

/** Its headers take variables from the environment that the entry itself sets. */
function fromOwnEnv(text: string, env: Record<string, string>): string {
  return text.replaceAll(/\$\{(\w+)\}/g, (whole, name: string) => env[name] ?? whole)
}
