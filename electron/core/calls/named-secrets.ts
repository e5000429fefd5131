/* What is secret by its name, whatever it looks like. */

const OTHERS =
  'secrets?|passwords?|passwd|pwd|passphrase|passcode|authorization|cookies?|credentials?|otp|(?:api|access|secret|private|signing)[_-]?keys?'
const NAME = new RegExp(`^(?:.*[_-])?(?:tokens?|${OTHERS})$`, 'i')
/** The same at the end of a name that is written in one. */
const IN_ONE = /(?:Tokens?|Secrets?|Passwords?|Cookies?|(?:Api|Access|Secret|Private)Keys?)$/
/** A number of these is how many there are. */
const COUNTED = /tokens?$/i

export const HIDDEN_SECRET = '[redacted secret]'

/** Whether a field of this name is not to be read. A flag says only that there is one. */
export function isSecretField(name: string, value: unknown): boolean {
  if (value === null || value === '' || typeof value === 'boolean') return false
  if (!NAME.test(name) && !IN_ONE.test(name)) return false
  return typeof value === 'string' || Array.isArray(value) || !COUNTED.test(name)
}

/**
 * As name and value stand in a text: `DB_PASSWORD=…`, `password: …`, `"password": "…"`. It begins
 * once in each word, and each part of it is bounded: the time grows with the text alone.
 */
const IN_TEXT = new RegExp(
  String.raw`(?<![\w-])([\w-]{0,40}(?:token|${OTHERS})["']?[ \t]{0,3}[:=][ \t]{0,3}["']?)` +
    String.raw`(?:(?<=")(?:[^"\\\n]|\\.){1,2000}|(?<=')(?:[^'\\\n]|\\.){1,2000}|(?<!["'])[^\s"',;&{}[\]]{1,2000})`,
  'gi',
)
/** Found in much less time. */
const SIGN = /token|secret|passw|pwd|passphrase|passcode|authorization|cookie|credential|otp|key/i

export function hideNamed(text: string): string {
  return SIGN.test(text) ? text.replaceAll(IN_TEXT, `$1${HIDDEN_SECRET}`) : text
}
