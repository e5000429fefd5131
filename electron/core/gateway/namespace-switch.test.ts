import { ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js'
import { expect, test } from 'vitest'
import { connectLegacy } from '../testing/clients.ts'
import { echoServer } from '../testing/echo-definition.ts'
import { configFileOf, startTempCore } from '../testing/temp-core.ts'

test('a namespace that is switched off takes its tools from live sessions, and back on again', async () => {
  await using core = await startTempCore({ file: configFileOf([echoServer()]) })
  await using client = await connectLegacy(core.mcpUrl(), core.key)
  let told = 0
  client.setNotificationHandler(ToolListChangedNotificationSchema, () => void told++)
  const names = async () => (await client.listTools()).tools.map((tool) => tool.name)
  const before = await names()
  expect(before).toContain('echo__echo')
  const [{ id } = { id: '' }] = await core.admin.namespaces.list.query()

  await core.admin.namespaces.setEnabled.mutate({ id, enabled: false })
  await expect.poll(() => told, { timeout: 1_000 }).toBe(1)
  expect(await names()).toEqual([])
  const call = client.callTool({ name: 'echo__echo', arguments: { message: 'hi' } })
  await expect(call).rejects.toMatchObject({ code: -32602 })

  await core.admin.namespaces.setEnabled.mutate({ id, enabled: true })
  await expect.poll(() => told, { timeout: 1_000 }).toBe(2)
  expect(await names()).toEqual(before)
})
