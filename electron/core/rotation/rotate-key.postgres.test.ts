import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { openLog } from '../log.ts'
import { openSecrets } from '../secrets.ts'
import { migrationsDir } from '../testing/migrations-dir.ts'
import { runOn } from '../testing/postgres-server.ts'
import { startReplicas } from '../testing/replicas.ts'
import { startTempCore, type TempCore } from '../testing/temp-core.ts'
import { rotateKey } from './rotate-key.ts'

const [OLD, NEW] = ['the same key for all the replicas', 'n'.repeat(40)]
const remote = (core: TempCore) =>
  core.admin.servers.create.mutate({
    ...{ name: 'remote', type: 'STREAMABLE_HTTP', url: 'https://mcp.example/mcp', enabled: false },
    bearerToken: 'a-token-of-the-test',
  })

test('on a database that replicas share, a new key waits until none of them runs', async () => {
  await using replicas = await startReplicas()
  const { one, other, url: databaseUrl } = replicas
  await remote(one)
  const { dataDir } = one
  const rotate = (onStep = () => Promise.resolve()) =>
    rotateKey({
      ...{ dataDir, databaseUrl, migrationsDir, onStep, log: openLog('silent') },
      ...{ secretKey: OLD, newSecretKey: NEW },
    })
  await one.close()
  await expect(rotate()).rejects.toMatchObject({
    code: 'in-use',
    message: expect.stringMatching(/^A MetaMCP runs on the database .*: stop all of them first\.$/),
  })
  await other.close()
  const late: unknown[] = []
  const { count } = await rotate(async () => {
    // Whoever comes meanwhile would go on with a key that opens nothing any more.
    await replicas.start().catch((error: unknown) => late.push(error))
  })
  expect(count).toBeGreaterThan(0)
  expect(late.length).toBeGreaterThan(0)
  for (const error of late) {
    expect(error).toMatchObject({
      ...{ code: 'in-use', message: expect.stringContaining('sealed with a new key') },
    })
  }
  await expect(replicas.start()).rejects.toMatchObject({ code: 'conflict' })
  const fatal = Promise.withResolvers<Error>()
  const onFatal = fatal.resolve
  await using again = await startTempCore({ databaseUrl, secretKey: NEW, onFatal })
  const servers = await again.admin.servers.list.query()
  expect(servers.map(({ name }) => name)).toEqual(['remote'])

  // One that was cut off was not seen to run, and its secrets were sealed with another key.
  const sealed = openSecrets(randomBytes(32)).seal('metamcp', 'secret-check')
  await runOn(
    databaseUrl,
    `update settings set value = '${JSON.stringify({ sealed })}' where key = 'secret-check'`,
  )
  await expect(remote(again)).rejects.toThrow('sealed with another key')
  await runOn(
    databaseUrl,
    `select pg_terminate_backend(pid) from pg_stat_activity
      where application_name = 'metamcp news' and datname = current_database()`,
  )
  expect(await fatal.promise).toMatchObject({ code: 'conflict' })
})
