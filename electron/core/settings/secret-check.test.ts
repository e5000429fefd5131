import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { openChanges } from '../changes.ts'
import { settings as settingsTable } from '../db/schema.ts'
import { openSecrets } from '../secrets.ts'
import { openServerStore } from '../servers/store.ts'
import { openTempDatabase } from '../testing/temp-database.ts'
import { someServer } from '../testing/temp-stores.ts'
import { checkSecretKey } from './secret-check.ts'
import { openSettingsStore } from './store.ts'

test('the first key is remembered; another one is refused and nothing overwritten', async () => {
  await using db = await openTempDatabase()
  const settings = openSettingsStore({ db })
  const secrets = openSecrets(randomBytes(32))
  await checkSecretKey({ db, settings, secrets })
  const check = await settings.get('secret-check')

  const other = checkSecretKey({ db, settings, secrets: openSecrets(randomBytes(32)) })
  await expect(other).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining('METAMCP_SECRET_KEY') as string,
  })
  expect(await settings.get('secret-check')).toEqual(check)
  await checkSecretKey({ db, settings, secrets })
})

test('without the remembered text, the servers that are there tell the key', async () => {
  await using db = await openTempDatabase()
  const settings = openSettingsStore({ db })
  const secrets = openSecrets(randomBytes(32))
  const changes = openChanges(() => undefined)
  const servers = await openServerStore({ db, secrets, changes })
  await servers.create(someServer('one'))

  const other = checkSecretKey({ db, settings, secrets: openSecrets(randomBytes(32)) })
  await expect(other).rejects.toThrow('METAMCP_SECRET_KEY')
  expect(await settings.get('secret-check')).toBeNull()
  await checkSecretKey({ db, settings, secrets })
  expect(await settings.get('secret-check')).not.toBeNull()
})

test('settings are kept by key, and a value of another shape is not believed', async () => {
  await using db = await openTempDatabase()
  const settings = openSettingsStore({ db })
  expect(await settings.get('first-start')).toBeNull()
  await settings.set('first-start', { at: '2026-01-02T03:04:05.678Z' })
  await settings.set('first-start', { at: '2027-01-02T03:04:05.678Z' })
  expect(await settings.get('first-start')).toEqual({ at: '2027-01-02T03:04:05.678Z' })
  await db.write((tx) => tx.update(settingsTable).set({ value: { at: 'yesterday' } }))
  await expect(settings.get('first-start')).rejects.toThrow('Invalid ISO datetime')
})
