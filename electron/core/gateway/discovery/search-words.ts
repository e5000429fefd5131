import { ALIKE } from './alike.ts'

/*
 * How names, descriptions and questions become words that can be compared: `getPullRequests`,
 * `get_pull_request` and "getting the pull requests" are three words, the same ones each time.
 */

/** Words of a question that say nothing of a tool. */
const EMPTY = new Set(
  `a an the this that these those of to in on at by for from with into onto and or but if as is are be
  was were it its i me my we our us you your he she they them their there here what which who whom how
  when where why do does did can could would should will want wants need needs like please let lets
  some any have has had just so up out about now right already yet still exactly currently really
  very too also only even while because since than then else moment somebody someone anybody anyone
  everybody everyone something anything nothing called named`.split(/\s+/),
)

/** What is said short, in full. */
const SHORT = new Map([
  ['pr', ['pull', 'request']],
  ['prs', ['pull', 'request']],
  ['mr', ['merge', 'request']],
  ['mrs', ['merge', 'request']],
  ['k8s', ['kubernetes']],
  ['docs', ['document']],
  ['dir', ['directory']],
  ['repo', ['repository']],
  ['repos', ['repository']],
  ['db', ['database']],
  ['env', ['environment']],
  ['vars', ['variable']],
  ['var', ['variable']],
])

const KIN = kinOf(ALIKE)

/** Words of a name or a text in order, as they stand in an index. */
export function wordsOf(text: string): string[] {
  return partsOf(text).map(stem)
}

/** What a question looks for. */
export function wordsOfQuestion(text: string): string[] {
  const all = partsOf(text)
  const said = all.filter((part) => !EMPTY.has(part))
  const parts = said.length > 0 ? said : all
  const words = new Set(parts.flatMap((part) => (SHORT.get(part) ?? [part]).map(stem)))
  // "screen shot", where a tool says "screenshot".
  for (const [at, part] of parts.entries()) {
    const next = parts[at + 1]
    if (next !== undefined) words.add(stem(part + next))
  }
  return [...words]
}

/** What others may say for a word of a question. */
export function wordsAlike(word: string): ReadonlySet<string> {
  return KIN.get(word) ?? new Set()
}

function partsOf(text: string): string[] {
  return text
    .normalize('NFKC')
    .replace(/(\p{Ll}|\d)(\p{Lu})/gu, '$1 $2')
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2')
    .toLowerCase()
    .replace(/['’]s\b/gu, '')
    .split(/[^\p{L}\p{N}]+/u)
    .flatMap(withoutSpaces)
    .filter((part) => part !== '')
}

/** Scripts that put no spaces between words are cut into pairs. */
function withoutSpaces(part: string): string[] {
  if (!/[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}]/u.test(part)) return [part]
  const letters = [...part]
  if (letters.length < 3) return [part]
  return letters.slice(1).map((letter, at) => `${letters[at] ?? ''}${letter}`)
}

/** English endings, lightly: the same for `create`, `creates`, `created`, `creating`, `creation`. */
function stem(word: string): string {
  if (word.length < 4 || !/^[a-z]+$/.test(word)) return word
  return withoutE(withoutEnding(singular(word)))
}

function singular(word: string): string {
  if (word.endsWith('ies') && word.length > 4) return `${word.slice(0, -3)}y`
  if (/(s|x|z|ch|sh)es$/.test(word)) return word.slice(0, -2)
  return word.endsWith('s') && !/(ss|us|is)$/.test(word) ? word.slice(0, -1) : word
}

function withoutEnding(word: string): string {
  if (word.length > 6 && word.endsWith('tion')) return word.slice(0, -3)
  if (word.length > 6 && word.endsWith('bility')) return `${word.slice(0, -5)}le`
  if (word.length > 5 && word.endsWith('ly')) return word.slice(0, -2)
  const base = /^(.*[aeiouy].*)(?:ing|ed)$/.exec(word)?.[1]
  if (base === undefined || base.length < 3) return word
  return /([bdgmnprt])\1$/.test(base) ? base.slice(0, -1) : base
}

function withoutE(word: string): string {
  return word.length > 4 && word.endsWith('e') ? word.slice(0, -1) : word
}

function kinOf(groups: readonly string[]): ReadonlyMap<string, ReadonlySet<string>> {
  const kin = new Map<string, Set<string>>()
  for (const group of groups) {
    const words = group.split(' ').map(stem)
    for (const word of words) {
      const known = kin.get(word) ?? new Set()
      kin.set(word, known.union(new Set(words.filter((other) => other !== word))))
    }
  }
  return kin
}
