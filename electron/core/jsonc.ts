import {
  getNodeValue,
  parseTree,
  printParseErrorCode,
  type Node,
  type ParseError,
} from 'jsonc-parser'
import { InvalidInput, type Problem } from './problems.ts'

/** By what `printParseErrorCode` says. */
const WORDS: Record<string, string> = {
  CommaExpected: 'a "," is missing',
  ColonExpected: 'a ":" is missing',
  ValueExpected: 'a value is missing',
  PropertyNameExpected: 'a name in double quotes is missing',
  CloseBraceExpected: 'a "}" is missing',
  CloseBracketExpected: 'a "]" is missing',
  EndOfFileExpected: 'something follows the end',
  UnexpectedEndOfString: 'a string is not closed',
  UnexpectedEndOfComment: 'a comment is not closed',
}

/**
 * Reads JSON as people write it: with comments and trailing commas. Throws InvalidInput with line
 * and column of each mistake, and for a name that appears twice, of which one would be lost.
 */
export function parseJsonc(text: string, intro: string): unknown {
  const { value, lost } = readJsonc(text, intro)
  if (lost.length > 0) throw new InvalidInput(lost, intro)
  return value
}

/**
 * The same, for who can do with the rest of it where a name appears twice: `lost` tells where that
 * is, and `value` has the later one.
 */
export function readJsonc(text: string, intro: string): { value: unknown; lost: Problem[] } {
  try {
    return parse(text, intro)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    // The stack overflowed, for which comments and strings in the right places are enough.
    throw new InvalidInput([{ path: [], message: 'is nested too deep' }], intro)
  }
}

function parse(text: string, intro: string) {
  // Editors on Windows begin files with a byte order mark.
  const source = text.replace(/^\uFEFF/, '')
  const errors: ParseError[] = []
  const root = parseTree(source, errors, { allowTrailingComma: true })
  // Of what is missing at the end, the parser tells once for each level that is open.
  const mistakes = new Set(
    errors.map((error) => `${placeOf(source, error.offset)}: ${inWords(error)}`),
  )
  if (!root || mistakes.size > 0) {
    throw new InvalidInput(
      Array.from(mistakes, (message) => ({ path: [], message })),
      intro,
    )
  }
  return { value: getNodeValue(root) as unknown, lost: repeatedNames(root, source) }
}

function repeatedNames(node: Node, source: string, path: Problem['path'] = []): Problem[] {
  const children = node.children ?? []
  if (node.type === 'array') {
    return children.flatMap((child, index) => repeatedNames(child, source, [...path, index]))
  }
  if (node.type !== 'object') return []
  const seen = new Set<string>()
  return children.flatMap(({ offset, children: [key, value] = [] }) => {
    const name = String(key?.value)
    const here = [...path, name]
    // Not a name that JavaScript keeps like others: it would vanish without a word.
    const isLost = seen.has(name) || name === '__proto__'
    seen.add(name)
    const place = placeOf(source, offset)
    const message =
      name === '__proto__' ? 'is not a known field' : `appears twice, again at ${place}`
    const own = isLost ? [{ path: here, message }] : []
    return [...own, ...(value ? repeatedNames(value, source, here) : [])]
  })
}

function inWords({ error }: ParseError): string {
  const code = printParseErrorCode(error)
  return WORDS[code] ?? code
}

function placeOf(source: string, offset: number): string {
  const before = source.slice(0, offset).split('\n')
  return `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`
}
