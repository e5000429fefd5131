import { AppError } from '../../errors.ts'

/** Why a client's file cannot be read, with the line where that is known. */
export class BrokenFile extends AppError {
  readonly line: number | null
  readonly reason: string

  constructor(reason: string, line: number | null = null) {
    super('invalid', line === null ? reason : `line ${line}: ${reason}`)
    this.name = 'BrokenFile'
    this.line = line
    this.reason = reason
  }
}

/** How the lines of a text end: as its first one does. */
export function lineEndOf(text: string): '\r\n' | '\n' {
  const at = text.indexOf('\n')
  return at > 0 && text[at - 1] === '\r' ? '\r\n' : '\n'
}

export function lineStart(text: string, offset: number): number {
  return text.lastIndexOf('\n', offset - 1) + 1
}

/** Where the line ends that `offset` is in, before its line break. */
export function lineEnd(text: string, offset: number): number {
  const at = text.indexOf('\n', offset)
  if (at === -1) return text.length
  return at > offset && text[at - 1] === '\r' ? at - 1 : at
}

/** The first offset of the line after that of `offset`. */
export function nextLine(text: string, offset: number): number {
  const at = text.indexOf('\n', offset)
  return at === -1 ? text.length : at + 1
}

/** The white space that the line of `offset` begins with. */
export function indentOf(text: string, offset: number): string {
  return /^[ \t]*/.exec(text.slice(lineStart(text, offset)))?.[0] ?? ''
}

export function splice(text: string, range: [start: number, end: number], put: string): string {
  return text.slice(0, range[0]) + put + text.slice(range[1])
}

/** `text`, each line but the first indented by `indent`, with these line ends. */
export function laidOut(text: string, indent: string, eol: string): string {
  return text.split('\n').join(`${eol}${indent}`)
}
