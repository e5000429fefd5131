import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { echoServer } from './testing/echo-definition.ts'
import { openNoMcpServer } from './testing/no-mcp-server.ts'
import { openTempAccounts, type TempAccounts, type TempPerson } from './testing/temp-accounts.ts'
import { startTempCore, type TempCore } from './testing/temp-core.ts'

const SECRET = 'of-the-environment-31aa'

let core: TempCore
let people: TempAccounts
beforeAll(async () => {
  core = await startTempCore({ auth: 'accounts', env: { ...process.env, OF_OURS: SECRET } })
  people = await openTempAccounts(core)
})
afterAll(() => core[Symbol.asyncDispose]())
beforeEach(async () => {
  await core.admin.settings.set.mutate({ membersRunPrograms: false })
  await makeBen('admin')
})

const makeBen = (role: 'admin' | 'member') =>
  core.admin.accounts.setRole.mutate({ id: people.ben.id, role })

/** Whether it comes up, and else why not. */
async function tried({ trpc }: TempPerson, id: string): Promise<string | true> {
  const { works, server } = await trpc.servers.test.mutate({ id })
  return works || String(server.error)
}

const stateOf = async (id: string) => (await core.admin.servers.get.query({ id })).state

test('a program of who is an administrator no more ends, and starts again for nobody', async () => {
  const { ben } = people
  const { id } = await ben.trpc.servers.create.mutate(echoServer({}, { name: 'program' }))
  expect(await tried(ben, id)).toBe(true)

  await makeBen('member')
  await expect.poll(() => stateOf(id), { timeout: 5_000 }).not.toBe('running')
  expect(await tried(ben, id)).toMatch('only administrators may, and it belongs to a member')
  await ben.trpc.servers.restart.mutate({ id })
  expect(await tried(ben, id)).toMatch('only administrators may')

  await makeBen('admin')
  await expect.poll(() => tried(ben, id), { timeout: 5_000 }).toBe(true)
})

test('programs of members end once members may run none any more', async () => {
  const { cara } = people
  await core.admin.settings.set.mutate({ membersRunPrograms: true })
  const { id } = await cara.trpc.servers.create.mutate(echoServer({}, { name: 'caras' }))
  expect(await tried(cara, id)).toBe(true)
  await core.admin.settings.set.mutate({ membersRunPrograms: false })
  await expect.poll(() => stateOf(id), { timeout: 5_000 }).not.toBe('running')
  expect(await tried(cara, id)).toMatch('only administrators may')
})

test('a sign-in to a server of a member fills in nothing of the environment', async () => {
  const { ben } = people
  await using place = await openNoMcpServer()
  const url = `${place.url}/\${OF_OURS}/mcp`
  const remote = { name: 'reader', type: 'STREAMABLE_HTTP', url } as const
  const { id } = await ben.trpc.servers.create.mutate(remote)
  const signIn = () => ben.trpc.oauth.signIn.mutate({ serverId: id })
  await expect(signIn()).rejects.toThrow()
  // The search would find it.
  expect(JSON.stringify(place.asked)).toContain(SECRET)

  await makeBen('member')
  place.asked.length = 0
  await expect(signIn()).rejects.toThrow('Its URL cannot be filled in.')
  await ben.trpc.servers.test.mutate({ id })
  await ben.trpc.oauth.signOut.mutate({ serverId: id })
  expect(JSON.stringify(place.asked)).not.toContain(SECRET)
})

// Last: cara is gone then.
test('a server that a member has left behind is off, and nobody allowed it more meanwhile', async () => {
  const { ada, cara } = people
  const remote = { type: 'STREAMABLE_HTTP', url: 'http://127.0.0.1:9/mcp', shared: true } as const
  const { id } = await cara.trpc.servers.create.mutate({ ...remote, name: 'left-behind' })
  await ada.trpc.accounts.remove.mutate({ id: cara.id })
  const left = await ada.trpc.servers.get.query({ id })
  expect(left).toMatchObject({ ownerId: null, enabled: false, state: 'disabled' })
})
