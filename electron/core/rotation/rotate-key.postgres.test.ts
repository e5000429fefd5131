import { expect, test } from 'vitest'
import { openLog } from '../log.ts'
import { migrationsDir } from '../testing/migrations-dir.ts'
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
  await using again = await startTempCore({ databaseUrl, secretKey: NEW })
  const servers = await again.admin.servers.list.query()
  expect(servers.map(({ name }) => name)).toEqual(['remote'])
})
