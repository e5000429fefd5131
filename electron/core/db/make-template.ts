import { mkdtemp, rm } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openLog } from '../log.ts'
import { stageCluster } from './cluster.ts'
import { readMigrations } from './migrate.ts'
import { pathsIn } from './paths.ts'
import { isFresh, writeTemplate } from './template.ts'

/*
 * `node electron/core/db/make-template.ts FILE.tgz` makes the template of a new store, unless FILE
 * is one that fits already.
 */

const migrationsDir = fileURLToPath(new URL('../../../resources/migrations', import.meta.url))

const [, , file] = process.argv
if (!file) {
  process.stderr.write('Say where to: node electron/core/db/make-template.ts FILE.tgz\n')
  process.exit(2)
}
const target = resolve(file)
const migrations = await readMigrations(migrationsDir)
if (!(await isFresh(target, migrations))) await make()

async function make(): Promise<void> {
  // Beside the target, on a disk that has room for it.
  const work = await mkdtemp(join(dirname(target), 'template-'))
  try {
    const paths = pathsIn(work)
    const ground = { paths, migrations, templateFile: null, openTimeoutMs: 120_000 }
    await stageCluster({ ...ground, log: openLog('warn') }, migrations)
    await writeTemplate(target, paths.stagedStore, migrations)
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}
