import { globSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { STORE_TESTS } from './store-tests.ts'

const root = resolve(import.meta.dirname, '..')

/** What opens an empty database, embedded or not as the project says that runs the file. */
const OPENS = /\bopenTemp(Database|Stores|OAuth)\(/

/** They need one, and are about something else. */
const ON_ONE_ALONE = [
  // Of the embedded database and its folder; `postgres.postgres.test.ts` is of the other one.
  ...['db/backend', 'db/maintenance', 'db/open', 'rotation/rotate-key'],
  // Of HTTP with authorization servers.
  ...['oauth/callback', 'oauth/client', 'oauth/discovery', 'oauth/server-auth'],
].map((name) => `electron/core/${name}.test.ts`)

test('each test of what is stored is run on both databases', () => {
  const opening = globSync('{electron,scripts}/**/*.test.ts', { cwd: root })
    .filter((name) => !/\.(built|browser|postgres)\.test\.ts$/.test(name))
    .filter((name) => OPENS.test(readFileSync(resolve(root, name), 'utf8')))
  const onBoth = globSync(STORE_TESTS, { cwd: root })
  expect(opening.toSorted()).toEqual([...onBoth, ...ON_ONE_ALONE].toSorted())
})
