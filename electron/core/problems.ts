import type { z } from 'zod'
import { AppError } from './errors.ts'

/** One mistake in what somebody gave us: where, and what is wrong there; never the value itself. */
export type Problem = { path: (string | number)[]; message: string }

/** An `invalid` whose single mistakes a form can show beside their fields. */
export class InvalidInput extends AppError {
  readonly problems: Problem[]

  constructor(problems: Problem[], intro = '') {
    super('invalid', intro + problems.map(problemText).join(intro === '' ? '; ' : '\n  '))
    this.name = 'InvalidInput'
    this.problems = problems
  }
}

/** Parses with a schema; what does not fit is an `InvalidInput`. */
export function parseInput<S extends z.ZodType>(schema: S, input: unknown): z.output<S> {
  const result = schema.safeParse(input)
  if (!result.success) throw new InvalidInput(problemsOf(result.error))
  return result.data
}

export function problemsOf(error: z.core.$ZodError): Problem[] {
  return error.issues.flatMap(issueProblems)
}

/** `mcpServers.remote.args[0]: must not hold NUL`. */
export function problemText({ path, message }: Problem): string {
  return path.length === 0 ? message : `${pathText(path)}: ${message}`
}

function pathText(path: Problem['path']): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`
    if (!/^[\w-]+$/.test(key)) return `${text}[${JSON.stringify(key)}]`
    return text === '' ? key : `${text}.${key}`
  }, '')
}

function issueProblems(issue: z.core.$ZodIssue): Problem[] {
  const path = issue.path.map((key) => (typeof key === 'symbol' ? String(key) : key))
  // Zod names the object; people look for the field.
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: [...path, key], message: 'is not a known field' }))
  }
  if (issue.code === 'invalid_key') {
    return issue.issues.map(({ message }) => ({ path, message: `as a name, it ${message}` }))
  }
  return [{ path, message: issue.message.replace(/^Invalid (?:input|option): /, '') }]
}
