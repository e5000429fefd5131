/*
 * Where people put secrets although a field of its own is there for them: in arguments, and in
 * addresses. What is hidden is told to `hide`, which says what stands there instead.
 */

type Hide = (value: string, name: string) => string

const SECRET_NAME =
  /(?:^|[-_.])(?:api-?_?key|key|token|secret|password|passwd|passphrase|pass|pwd|jwt|sig|signature|auth|authorization|bearer|credentials?|pat|dsn)(?:$|[-_.])/i
const KNOWN_SHAPE =
  /^(?:sk|pk|rk|ghp|gho|ghs|github_pat|glpat|xox[abp]|lin_api|npm|hf|AKIA|AIza|eyJ)[-_]?[\w.-]{12,}$/
const REFERENCE = /\$\{[A-Za-z_][A-Za-z0-9_]*\}/g

/** A name with a value, in JSON, in a header or in a connection string. */
const NAMED =
  /(?<![\w.-])(["']?)([A-Za-z][\w.-]{0,60})\1\s*[=:]\s*(?:"([^"]*)"|'([^']*)'|((?:(?:bearer|basic)\s+)?[^\s;,&"'{}]+))/gi
const ADDRESS = /(?<![\w+.-])([A-Za-z][A-Za-z\d+.-]{0,30}:\/\/[^\s"']+)/

/** Whether what is called so is a secret: `api-key`, `API_KEY`, `accessToken`. */
function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name.replaceAll(/([a-z\d])([A-Z])/g, '$1-$2'))
}

/** Whether a word was made by a machine to be kept from people. */
export function looksSecret(text: string): boolean {
  const word = text.replaceAll(REFERENCE, '')
  if (KNOWN_SHAPE.test(word)) return true
  if (word.length < 20 || !/^[\w+/=.~-]+$/.test(word) || /^[./~]|[/\\].*[/\\]/.test(word))
    return false
  const kinds = [/[a-z]/, /[A-Z]/, /\d/].filter((kind) => kind.test(word)).length
  return kinds === 3 || (kinds === 2 && /\d/.test(word) && entropyOf(word) > 3.4)
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

/** Bits per character: words have some 2 to 3, random texts more. */
function entropyOf(text: string): number {
  const counts = Object.values(Object.groupBy(text, String)).map((group = []) => group.length)
  return counts.reduce((sum, count) => {
    const share = count / text.length
    return sum - share * Math.log2(share)
  }, 0)
}
