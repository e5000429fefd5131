/* How secrets look. */

const KNOWN_SHAPE =
  /^(?:sk|pk|rk|ghp|gho|ghs|github_pat|glpat|xox[abp]|lin_api|npm|hf|AKIA|AIza|eyJ)[-_]?[\w.-]{12,}$/
export const REFERENCE = /\$\{[A-Za-z_][A-Za-z0-9_]*\}/g

/**
 * Shapes of secrets, wherever they come from. Each runs in a time that grows with the text alone:
 * nothing repeats within a repetition, nor begins anew at each character without a bound.
 */
export const SECRET_SHAPES: readonly RegExp[] = [
  /sk_mt_[A-Za-z0-9]{8,}/g,
  /(?<![\w-])eyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?/g,
  /\b(?:gh[pousr]_|github_pat_|glpat-|xox[abpr]-|sk-|AKIA|AIza)[\w-]{12,}/g,
  /(?<=\b(?:Bearer|Basic)\s{1,8})[\w.~+/=-]{6,}/gi,
  /-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[A-Za-z0-9+/=\s]{0,20000}(?:-----END [A-Z ]{0,30}PRIVATE KEY-----)?/g,
  /(?<=:\/\/)[^\s/@"':]{1,200}:[^\s/@"']{1,200}(?=@)/g,
]

/** What a text must have for the shape in the same place to be in it: found in much less time. */
const SIGNS: readonly RegExp[] = [
  ...[/sk_mt_/, /eyJ/, /gh[pousr]_|github_pat_|glpat-|xox[abpr]-|sk-|AKIA|AIza/],
  ...[/bearer|basic/i, /-----BEGIN /, /:\/\//],
]

/** The text with `mark` in the place of what has one of these shapes. */
export function withoutShapes(text: string, mark: string): string {
  return SECRET_SHAPES.reduce((all, shape, at) => {
    return SIGNS[at]?.test(all) === false ? all : all.replaceAll(shape, mark)
  }, text)
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

/** Bits per character: words have some 2 to 3, random texts more. */
function entropyOf(text: string): number {
  const counts = Object.values(Object.groupBy(text, String)).map((group = []) => group.length)
  return counts.reduce((sum, count) => {
    const share = count / text.length
    return sum - share * Math.log2(share)
  }, 0)
}
