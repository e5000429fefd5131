import { afterAll, beforeAll, expect, test } from 'vitest'
import { openNoMcpServer } from '../testing/no-mcp-server.ts'
import { openOddAuthServer } from '../testing/odd-auth-server.ts'
import { openTempAccounts, type TempAccounts } from '../testing/temp-accounts.ts'
import { startTempCore, type TempCore } from '../testing/temp-core.ts'

/*
 * What accounts cannot have us reach inside the network (SSRF). Here that is this machine by its
 * number; by its name it stands for what is outside.
 */

const OPTIONS = { auth: 'accounts', allowPrivate: ['localhost'] } as const
const REFUSED = 'is not on the public internet'

let core: TempCore
let people: TempAccounts
beforeAll(async () => {
  core = await startTempCore(OPTIONS)
  people = await openTempAccounts(core)
})
afterAll(() => core[Symbol.asyncDispose]())

let made = 0
const serverAt = (url: string, shared = false) =>
  ({ name: `at-${(made += 1)}`, type: 'STREAMABLE_HTTP', url, shared }) as const

test.each(['STREAMABLE_HTTP', 'SSE'] as const)(
  'a server (%s) inside the network is not asked, and its owner is told why',
  async (type) => {
    await using inside = await openNoMcpServer()
    const { trpc } = people.ben
    const { id } = await trpc.servers.create.mutate({ ...serverAt(`${inside.url}/mcp`), type })
    const { works, server } = await trpc.servers.test.mutate({ id })
    expect([works, server.error]).toEqual([
      false,
      `"127.0.0.1" ${REFUSED}, and servers of accounts may not be elsewhere. The operator can allow it with --allow-private-addresses.`,
    ])
    await expect(trpc.oauth.signIn.mutate({ serverId: id })).rejects.toThrow(REFUSED)
    expect(inside.asked).toHaveLength(0)
    // It is the owner whom it is about: the instance's servers are wherever the operator says.
    const own = await core.admin.servers.create.mutate(serverAt(`${inside.url}/mcp`))
    await core.admin.servers.test.mutate({ id: own.id })
    expect(inside.asked.length).toBeGreaterThan(0)
  },
)

test('a server outside leads nobody inside: not by a redirect, not to sign in', async () => {
  await using inside = await openOddAuthServer()
  await using leading = await openNoMcpServer(inside.mcpUrl)
  const { trpc } = people.ben
  const moved = await trpc.servers.create.mutate(serverAt(`${leading.urlByName}/mcp`))
  expect((await trpc.servers.test.mutate({ id: moved.id })).works).toBe(false)
  await expect(trpc.oauth.signIn.mutate({ serverId: moved.id })).rejects.toThrow()
  expect(leading.asked.length).toBeGreaterThan(0)

  const byName = (origin: string) => origin.replace('127.0.0.1', 'localhost')
  const resource = (origin: string) => ({
    resource: `${byName(origin)}/mcp`,
    authorization_servers: [inside.origin],
  })
  await using described = await openOddAuthServer({ resource })
  const toSignIn = await trpc.servers.create.mutate(serverAt(byName(described.mcpUrl)))
  const begun = trpc.oauth.signIn.mutate({ serverId: toSignIn.id })
  await expect(begun).rejects.toThrow(`"127.0.0.1" ${REFUSED}, and nobody signs in elsewhere`)
  expect([inside.read, inside.posted]).toEqual([[], []])
})

test('what a removed account has shared reaches no further than before, until it is led elsewhere', async () => {
  await using inside = await openNoMcpServer()
  const { cara, ada } = people
  const { id } = await cara.trpc.servers.create.mutate(serverAt(`${inside.url}/mcp`, true))
  await ada.trpc.accounts.remove.mutate({ id: cara.id })
  const patch = { enabled: true }
  expect(await ada.trpc.servers.update.mutate({ id, patch })).toMatchObject({ ownerId: null })
  const tryIn = async ({ admin }: TempCore) =>
    (await admin.servers.test.mutate({ id })).server.error
  expect(await tryIn(core)).toContain(REFUSED)
  await expect(core.admin.oauth.signIn.mutate({ serverId: id })).rejects.toThrow(REFUSED)

  // It is remembered.
  await core.close()
  await using later = await startTempCore({ ...OPTIONS, dataDir: core.dataDir })
  expect(await tryIn(later)).toContain(REFUSED)
  expect(inside.asked).toHaveLength(0)
  await later.admin.servers.update.mutate({ id, patch: { url: `${inside.url}/mcp?mine` } })
  expect(await tryIn(later)).not.toContain(REFUSED)
  expect(inside.asked.length).toBeGreaterThan(0)
})
