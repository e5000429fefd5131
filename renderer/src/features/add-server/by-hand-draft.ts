import type { TFunction } from 'i18next'
import { serverDefinition, type ServerInput } from '../../../../shared/server.ts'

export type Pair = { name: string; value: string }

/** The form's fields; those of the other type are kept while one looks at this one. */
export type ServerDraft = {
  name: string
  type: ServerInput['type']
  command: string
  /** One a line. */
  args: string
  env: Pair[]
  cwd: string
  url: string
  headers: Pair[]
}

export const EMPTY_DRAFT: ServerDraft = {
  ...{ name: '', type: 'STDIO', command: '', args: '', env: [], cwd: '', url: '', headers: [] },
}

export function serverOf({ name, type, ...draft }: ServerDraft): ServerInput {
  if (type === 'STDIO') {
    const { command, cwd } = draft
    const args = draft.args.split('\n').filter((line) => line !== '')
    const env = recordOf(draft.env)
    return { name, type, command: command.trim(), args, env, cwd: cwd.trim() || null }
  }
  return { name, type, url: draft.url.trim(), headers: recordOf(draft.headers) }
}

/** By field, what is wrong with it. */
export function checkDraft(draft: ServerDraft, t: TFunction<'add-server'>): Record<string, string> {
  const result = serverDefinition.safeParse(serverOf(draft))
  const twice = (['env', 'headers'] as const).filter((field) => hasTwice(draft[field]))
  const found = twice.map((field) => [field, t('byHand.problem.twice')] as const)
  if (result.success) return Object.fromEntries(found)
  const fields = result.error.issues.map(({ path: [field] }) => String(field))
  const known: Record<string, string> = {
    name: t(draft.name === '' ? 'byHand.problem.empty' : 'nameRule'),
    command: t('byHand.problem.empty'),
    url: t(draft.url === '' ? 'byHand.problem.empty' : 'byHand.problem.url'),
    env: t('byHand.problem.env'),
    headers: t('byHand.problem.headers'),
  }
  const problems = fields.map(
    (field) => [field, known[field] ?? t('byHand.problem.other')] as const,
  )
  return Object.fromEntries([...problems, ...found])
}

function recordOf(pairs: Pair[]): Record<string, string> {
  const given = pairs.filter(({ name, value }) => name.trim() !== '' || value !== '')
  return Object.fromEntries(given.map(({ name, value }) => [name.trim(), value]))
}

function hasTwice(pairs: Pair[]): boolean {
  const names = pairs.map(({ name }) => name.trim()).filter((name) => name !== '')
  return new Set(names).size < names.length
}
