import type { TFunction } from 'i18next'
import type { SchemaProblem } from './schema-check.ts'

/** "query: at least 2 characters" */
export function problemText(t: TFunction, { path, ...problem }: SchemaProblem): string {
  const words = wordsOf(t, problem)
  return path.length === 0 ? words : t('ui:schema.at', { where: path.join('.'), words })
}

/** What is wrong, for where the place is seen. */
export function wordsOf(t: TFunction, { rule, limit }: Omit<SchemaProblem, 'path'>): string {
  return t(`ui:schema.problem.${rule}`, { limit, count: Number(limit) || 0 })
}
