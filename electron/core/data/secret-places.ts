import { looksSecret, REFERENCE } from '../secret-shapes.ts'

/*
 * Where people put secrets although a field of its own is there for them: in arguments, and in
 * addresses. What is hidden is told to `hide`, which says what stands there instead.
 */

type Hide = (value: string, name: string) => string

const SECRET_NAME =
  /(?:^|[-_.])(?:api-?_?key|key|token|secret|password|passwd|passphrase|pass|pwd|jwt|sig|signature|auth|authorization|bearer|credentials?|pat|dsn)(?:$|[-_.])/i
/** A name with a value, in JSON, in a header or in a connection string. */
const NAMED =
  /(?<![\w.-])(["']?)([A-Za-z][\w.-]{0,60})\1\s*[=:]\s*(?:"([^"]*)"|'([^']*)'|((?:(?:bearer|basic)\s+)?[^\s;,&"'{}]+))/gi
const ADDRESS = /(?<![\w+.-])([A-Za-z][A-Za-z\d+.-]{0,30}:\/\/[^\s"']+)/

/** Whether what is called so is a secret: `api-key`, `API_KEY`, `accessToken`. */
function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name.replaceAll(/([a-z\d])([A-Z])/g, '$1-$2'))
}

/**
 * Arguments without what a flag such as `--api-key` brings, what is called so within one, users of
 * addresses, and what looks like a key.
 */
export function hideInArgs(args: readonly string[], hide: Hide): string[] {
  return args.map((arg, index) => {
    const before = args[index - 1] ?? ''
    const isAfterFlag = /^-/.test(before) && !before.includes('=') && !/^-/.test(arg)
    if (isAfterFlag && isSecretName(bare(before))) return hide(arg, bare(before))
    return hideInArg(arg, hide, `arg-${index}`)
  })
}

function hideInArg(arg: string, hide: Hide, wish: string): string {
  const [, flag, value] = /^(-{1,2}[\w.-]+)=(.*)$/s.exec(arg) ?? []
  if (flag !== undefined && value !== undefined) {
    const isSecret = isSecretName(bare(flag)) || looksSecret(value)
    return `${flag}=${isSecret ? hide(value, bare(flag)) : hideInArg(value, hide, bare(flag))}`
  }
  const [, name = '', given] = /^([A-Za-z_][\w.-]*)[=:]\s*(.+)$/s.exec(arg) ?? []
  if (given !== undefined && isSecretName(name)) {
    return arg.slice(0, -given.length) + hide(given, name)
  }
  if (looksSecret(arg)) return hide(arg, wish)
  // What stands between addresses, and they themselves, in turn.
  const parts = arg.split(ADDRESS)
  return parts.map((one, at) => (at % 2 ? hideInUrl(one, hide) : hideNamed(one, hide))).join('')
}

function hideNamed(text: string, hide: Hide): string {
  return text.replaceAll(NAMED, (...found: string[]) => {
    const [all = '', , name = '', ...values] = found
    const value = values.slice(0, 3).find((one) => typeof one === 'string') ?? ''
    if (value === '' || value.startsWith('$') || !isSecretName(name)) return all
    const at = all.lastIndexOf(value)
    return all.slice(0, at) + hide(value, name) + all.slice(at + value.length)
  })
}

/** An address without its user, and without values that look like keys, or are called so. */
export function hideInUrl(url: string, hide: Hide): string {
  const [beforeHash = ''] = url.split('#', 1)
  const [address = '', query] = splitOnce(beforeHash, '?')
  const [, origin = '', path = ''] = /^([a-z][a-z\d+.-]*:\/\/[^/]*)(.*)$/is.exec(address) ?? []
  const segments = path.split('/').map((one, index) => {
    return looksSecret(decoded(one)) ? hide(decoded(one), `path-${index}`) : one
  })
  const shown = `${withoutUser(origin, hide)}${segments.join('/')}`
  if (query === undefined) return shown
  const pairs = query.split('&').map((pair) => {
    const [name, value] = splitOnce(pair, '=')
    if (value === undefined) return looksSecret(decoded(pair)) ? hide(decoded(pair), 'query') : pair
    const isSecret = isSecretName(decoded(name)) || looksSecret(decoded(value))
    return isSecret ? `${name}=${hide(decoded(value), decoded(name))}` : pair
  })
  return `${shown}?${pairs.join('&')}`
}

function withoutUser(origin: string, hide: Hide): string {
  const [, scheme = '', user = '', host = ''] = /^(.*?:\/\/)(.*)(@[^@]*)$/s.exec(origin) ?? []
  const isSecret = user.includes(':') || looksSecret(decoded(user))
  // One that is made of references is no secret itself.
  if (!isSecret || !/\w/.test(user.replaceAll(REFERENCE, ''))) return origin
  return scheme + hide(user, 'user') + host
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
