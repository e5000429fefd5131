import { randomBytes } from 'node:crypto'
import { inject } from 'vitest'
import { runOn } from './postgres-server.ts'

/** The database that new ones are copies of: migrated, and empty. */
export const TEMPLATE = 'metamcp_template'

export type TempPostgres = AsyncDisposable & { url: string }

/** A new database of the real PostgreSQL of this run; with `isEmpty`, one that nobody has migrated. */
export async function openTempPostgres({ isEmpty = false } = {}): Promise<TempPostgres> {
  const any = inject('postgresUrl')
  const name = `t_${randomBytes(6).toString('hex')}`
  const at = (database: string) => any.replace(/NAME$/, database)
  await runOn(at('postgres'), `create database ${name} ${isEmpty ? '' : `template ${TEMPLATE}`}`)
  return {
    url: at(name),
    [Symbol.asyncDispose]: () => runOn(at('postgres'), `drop database ${name} with (force)`),
  }
}
