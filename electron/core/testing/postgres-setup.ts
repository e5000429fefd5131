import type { TestProject } from 'vitest/node'
import { openPostgres } from '../db/postgres.ts'
import { openLog } from '../log.ts'
import { runOn, startPostgres } from './postgres-server.ts'
import { migrationsDir } from './migrations-dir.ts'
import { TEMPLATE } from './temp-postgres.ts'

/** A real PostgreSQL for all tests of a run, with a migrated database that new ones are copies of. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startPostgres()
  await runOn(server.url('postgres'), `create database ${TEMPLATE}`)
  const url = server.url(TEMPLATE)
  await (await openPostgres({ url, migrationsDir, log: openLog('silent') })).close()
  project.provide('postgresUrl', server.url('NAME'))
  return async () => server[Symbol.asyncDispose]()
}
