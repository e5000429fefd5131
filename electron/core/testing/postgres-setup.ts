import type { TestProject } from 'vitest/node'
import { openPostgres } from '../db/postgres.ts'
import { openLog } from '../log.ts'
import { migrationsDir } from './migrations-dir.ts'
import { runOn, startPostgres } from './postgres-server.ts'
import { TEMPLATE } from './temp-postgres.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Of the real PostgreSQL of this run, with `NAME` for a database. */
    postgresUrl: string
    /** Where tests of stores keep theirs; those of whole cores that do not say it, on PostgreSQL. */
    storesOn: 'embedded' | 'postgres'
  }
}

/** A real PostgreSQL for all tests of a run, with a migrated database that new ones are copies of. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startPostgres()
  await runOn(server.url('postgres'), `create database ${TEMPLATE}`)
  const url = server.url(TEMPLATE)
  await (await openPostgres({ url, migrationsDir, log: openLog('silent') })).close()
  project.provide('postgresUrl', server.url('NAME'))
  project.provide('storesOn', project.name === 'postgres' ? 'postgres' : 'embedded')
  return async () => server[Symbol.asyncDispose]()
}
