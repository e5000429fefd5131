import { parse as parseToml } from '@decimalturn/toml-patch'
import { findNodeAtLocation, parseTree } from 'jsonc-parser'
import { isMap, isNode, LineCounter, parseDocument } from 'yaml'
import { messageOf } from '../../errors.ts'
import { readJsonc } from '../../jsonc.ts'
import type { Problem } from '../../problems.ts'

type Path = (string | number)[]

/** A text with structure: what it holds, and on which line what stands. */
export type TextDocument = {
  root: unknown
  /** Of the value at `path`, counted from 1; `null` where that is not known. */
  lineOf(path: Path): number | null
  /** Places where something was lost, so that nobody knows what was meant. */
  lost?: Problem[]
}

/** Reads JSON with comments, also without the braces around it. Throws InvalidInput. */
export function readJson(text: string): TextDocument {
  const source = /^["']/.test(withoutComments(text)) ? `{${text.replace(/,\s*$/, '')}}` : text
  const { value: root, lost } = readJsonc(source, '')
  const tree = parseTree(source, [], { allowTrailingComma: true })
  return {
    ...{ root, lost },
    lineOf(path) {
      const node = tree && findNodeAtLocation(tree, path)
      return node ? lineAt(source, node.offset) : null
    },
  }
}

/** Throws an Error whose message says where the mistake is. */
export function readToml(text: string): TextDocument {
  const root: unknown = parseToml(text)
  const lines = text.split(/\r?\n/)
  return {
    root,
    lineOf(path) {
      // The line of the field within its table, or of the table.
      const table = path.slice(0, 2).join('.')
      const header = lines.findIndex((line) =>
        line.replaceAll(/["'\s]/g, '').startsWith(`[${table}`),
      )
      if (header < 0) return null
      const field = String(path[2] ?? '')
      const next = lines.findIndex((line, index) => index > header && /^\s*\[/.test(line))
      const end = next < 0 ? lines.length : next
      const inside = lines.slice(header + 1, end)
      const at = field === '' ? -1 : inside.findIndex((line) => line.trim().startsWith(field))
      return (at < 0 ? header : header + 1 + at) + 1
    },
  }
}

/** Throws an Error whose message says where the mistake is. */
export function readYaml(text: string): TextDocument {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, logLevel: 'silent' })
  const [error] = document.errors
  if (error)
    throw new Error(`line ${error.linePos?.[0].line ?? 1}: ${error.message.split('\n')[0]}`)
  return {
    root: isMap(document.contents) || document.contents ? toPlain(document) : null,
    lineOf(path) {
      const node: unknown = document.getIn(path, true)
      return isNode(node) && node.range ? lines.linePos(node.range[0]).line : null
    },
  }
}

/** Aliases are followed a hundred times at most: a few lines may stand for gigabytes. */
function toPlain(document: ReturnType<typeof parseDocument>): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 })
  } catch (error) {
    throw new Error(messageOf(error), { cause: error })
  }
}

function withoutComments(text: string): string {
  return text.replace(/^(?:\s+|\/\/[^\n]*\n|\/\*[^]*?\*\/)+/, '')
}

function lineAt(source: string, offset: number): number {
  return source.slice(0, offset).split('\n').length
}
