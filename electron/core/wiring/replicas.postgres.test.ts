import { expect, test } from 'vitest'
import { connectAuto, connectLegacy } from '../testing/clients.ts'
import { echoServer } from '../testing/echo-definition.ts'
import { startReplicas } from '../testing/replicas.ts'
import { signUp } from '../testing/temp-accounts.ts'
import { configFileOf, type TempCore } from '../testing/temp-core.ts'
import {
  openTempGrant,
  refresh,
  revoke,
  tokensOf,
  tokenStatus,
  type TempGrant,
} from '../testing/temp-grant.ts'

/** Within a second where the machine is not busy with other tests. */
const SOON = { timeout: 15_000, interval: 50 }

async function toolsOf(core: TempCore): Promise<string[]> {
  await using client = await connectAuto(core.mcpUrl(), core.key)
  return (await client.listTools()).tools.map(({ name }) => name)
}

test('replicas that start at once with one file: one key, and the same of everything', async () => {
  await using replicas = await startReplicas({ file: configFileOf([echoServer({ bare: true })]) })
  const more = await Promise.all([replicas.start(), replicas.start()])
  for (const { firstKey, admin } of more) {
    expect(firstKey).toBeNull()
    expect(await admin.servers.list.query()).toHaveLength(1)
    const names = (await admin.apiKeys.list.query()).map(({ name }) => name)
    expect(names.filter((name) => name === 'default')).toHaveLength(1)
  }
})

test('what is changed on one replica is live on the other', async () => {
  await using replicas = await startReplicas({ file: configFileOf([echoServer()]) })
  const { one, other } = replicas
  expect(await toolsOf(one)).toContain('echo__add')
  await expect.poll(() => toolsOf(other), SOON).toContain('echo__add')

  const [namespace] = await one.admin.namespaces.list.query()
  const [server] = await one.admin.servers.list.query()
  const id = namespace?.id ?? ''
  await using client = await connectLegacy(other.mcpUrl(), other.key)
  await client.listTools()
  const patch = { serverId: server?.id ?? '', tool: 'add', enabled: false }
  await one.admin.namespaces.setTool.mutate({ id, patch })
  await expect
    .poll(
      () =>
        client
          .callTool({ name: 'echo__add', arguments: { a: 1, b: 2 } })
          .catch((error: Error) => error.message),
      SOON,
    )
    .toMatch(/add/)
  await expect.poll(() => toolsOf(other), SOON).not.toContain('echo__add')

  await other.admin.servers.setEnabled.mutate({ id: server?.id ?? '', enabled: false })
  await expect.poll(() => toolsOf(one), SOON).toEqual([])
  await one.admin.servers.setEnabled.mutate({ id: server?.id ?? '', enabled: true })
  await expect.poll(() => toolsOf(other), SOON).toContain('echo__echo')

  const added = echoServer({ name: 'more', bare: true, tools: 1 })
  const { id: serverId } = await other.admin.servers.create.mutate(added)
  const servers = [...(namespace?.servers ?? []), { serverId, enabled: true }]
  await other.admin.namespaces.update.mutate({ id, patch: { servers } })
  await expect.poll(() => toolsOf(one), SOON).toContain('more__tool_000')
  await other.admin.servers.delete.mutate({ id: serverId })
  await expect.poll(() => toolsOf(one), SOON).not.toContain('more__tool_000')
})

test('a key that is revoked on one replica opens nothing on the other, and ends what it had open', async () => {
  await using replicas = await startReplicas({ file: configFileOf([echoServer({ bare: true })]) })
  const { one, other } = replicas
  const { key, apiKey } = await one.admin.apiKeys.create.mutate({ name: 'short' })
  const get = () =>
    fetch(other.mcpUrl(), { method: 'POST', headers: { authorization: `Bearer ${key}` } })
  await expect.poll(async () => (await get()).status, SOON).not.toBe(401)
  await using client = await connectLegacy(other.mcpUrl(), key)
  await client.listTools()
  await one.admin.apiKeys.delete.mutate({ id: apiKey.id })
  await expect.poll(async () => (await get()).status, SOON).toBe(401)
  await expect(client.listTools()).rejects.toThrow()
})

test('whom a person lets in by way of one replica gets into all, until that is ended at one', async () => {
  await using replicas = await startReplicas({
    ...{ isBalanced: true, auth: 'accounts' },
    file: configFileOf([echoServer({ bare: true })], { auth: { oauth: true } }),
  })
  const { one, other } = replicas
  // Through the balancer: signing in, registering, allowing and redeeming each meet both of them.
  const headers = { authorization: `Bearer ${one.adminToken.token}` }
  const ada = await signUp(one, 'ada', { headers })
  const statuses = async ({ accessToken }: TempGrant) => {
    const urls = [one, other].map(({ local }) => new URL('/metamcp/default/mcp', local.url))
    return Promise.all(urls.map((url) => tokenStatus(url, accessToken)))
  }
  const grant = await openTempGrant(one, ada)
  await expect.poll(() => statuses(grant), SOON).toEqual([200, 200])
  const { body } = await refresh(one, grant)
  const refreshed = tokensOf(grant.clientId, body)
  expect(await statuses(refreshed)).toEqual([200, 200])
  const again = await refresh(one, refreshed)
  const newest = tokensOf(grant.clientId, again.body)
  expect(await statuses(newest)).toEqual([200, 200])
  await revoke(one, grant.clientId, newest.refreshToken)
  await expect.poll(() => statuses(newest), SOON).toEqual([401, 401])
  for (const ended of [grant, refreshed]) expect(await statuses(ended)).toEqual([401, 401])
})
