import { looksSecret } from '../secret-shapes.ts'

/*
 * Where people put secrets although a field of its own is there for them: in arguments, and in
 * addresses. What is hidden is told to `hide`, which says what stands there instead.
 */

type Hide = (value: string, name: string) => string

const SECRET_NAME =
  /(?:^|[-_.])(?:api-?_?key|key|token|secret|password|passwd|pwd|auth|authorization|bearer|credentials?|pat|dsn)(?:$|[-_.])/i

/** Arguments without what a flag such as `--api-key` brings, or what looks like a key. */
export function hideInArgs(args: readonly string[], hide: Hide): string[] {
  return args.map((arg, index) => {
    const [, flag, value] = /^(-{1,2}[\w.-]+)=(.*)$/s.exec(arg) ?? []
    if (flag !== undefined && value !== undefined) {
      const isSecret = SECRET_NAME.test(bare(flag)) || looksSecret(value)
      return isSecret ? `${flag}=${hide(value, bare(flag))}` : arg
    }
    const [, name = '', given] = /^([A-Za-z_][\w.-]*)[=:]\s*(.+)$/s.exec(arg) ?? []
    if (given !== undefined && SECRET_NAME.test(name)) {
      return arg.slice(0, -given.length) + hide(given, name)
    }
    const before = args[index - 1] ?? ''
    const isAfterFlag = /^-/.test(before) && !before.includes('=') && !/^-/.test(arg)
    if (isAfterFlag && SECRET_NAME.test(bare(before))) return hide(arg, bare(before))
    if (/^https?:\/\//.test(arg)) return hideInUrl(arg, hide)
    return looksSecret(arg) ? hide(arg, `arg-${index}`) : arg
  })
}

/** An address without values that look like keys, or are called so, in its path and query. */
export function hideInUrl(url: string, hide: Hide): string {
  const [beforeHash = ''] = url.split('#', 1)
  const [address = '', query] = splitOnce(beforeHash, '?')
  const [, origin = '', path = ''] = /^([a-z]+:\/\/[^/]*)(.*)$/is.exec(address) ?? []
  const segments = path.split('/').map((one, index) => {
    return looksSecret(decoded(one)) ? hide(decoded(one), `path-${index}`) : one
  })
  const shown = `${origin}${segments.join('/')}`
  if (query === undefined) return shown
  const pairs = query.split('&').map((pair) => {
    const [name, value] = splitOnce(pair, '=')
    if (value === undefined) return looksSecret(decoded(pair)) ? hide(decoded(pair), 'query') : pair
    const isSecret = SECRET_NAME.test(decoded(name)) || looksSecret(decoded(value))
    return isSecret ? `${name}=${hide(decoded(value), decoded(name))}` : pair
  })
  return `${shown}?${pairs.join('&')}`
}

function bare(flag: string): string {
  return flag.replace(/^-+/, '')
}

function splitOnce(text: string, mark: string): [string, string | undefined] {
  const at = text.indexOf(mark)
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)]
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
