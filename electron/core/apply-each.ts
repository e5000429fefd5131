import { isDeepStrictEqual } from 'node:util'
import { CONFIG_INTRO } from './config-file.ts'
import { AppError } from './errors.ts'
import { InvalidInput, type Problem } from './problems.ts'

/** One definition that differs from before. */
export type Applied = {
  kind: 'server' | 'namespace' | 'endpoint' | 'api-key'
  id: string
  name: string
  change: 'created' | 'updated'
}

const SECTIONS = {
  server: 'mcpServers',
  namespace: 'namespaces',
  endpoint: 'endpoints',
  'api-key': 'apiKeys',
} as const

/**
 * Applies each entry of a section. Throws one InvalidInput with all that the store refused, each with
 * its place in the file.
 */
export async function applyEach<T, D extends { id: string }>(
  kind: Applied['kind'],
  section: Record<string, T>,
  apply: (name: string, entry: T) => Promise<{ before: D | undefined; after: D }>,
): Promise<Applied[]> {
  const applied: Applied[] = []
  const problems: Problem[] = []
  for (const [name, entry] of Object.entries(section)) {
    try {
      const { before, after } = await apply(name, entry)
      if (isDeepStrictEqual(before, after)) continue
      applied.push({ kind, id: after.id, name, change: before ? 'updated' : 'created' })
    } catch (error) {
      // What the database itself refuses ends the transaction: nothing can follow.
      if (!(error instanceof AppError)) throw problems.length > 0 ? invalid(problems) : error
      problems.push(...atPath([SECTIONS[kind], name], error))
    }
  }
  if (problems.length > 0) throw invalid(problems)
  return applied
}

function invalid(problems: Problem[]): InvalidInput {
  return new InvalidInput(problems, CONFIG_INTRO)
}

/** What a store refused, with the place in the file where that stands. */
function atPath(path: Problem['path'], error: AppError): Problem[] {
  return error instanceof InvalidInput
    ? error.problems.map((problem) => ({ ...problem, path: [...path, ...problem.path] }))
    : [{ path, message: error.message }]
}
