import { describe, expect, test } from 'vitest'
import { echoServer } from '../core/testing/echo-definition.ts'
import { connectLegacy } from '../core/testing/clients.ts'
import { configFileOf } from '../core/testing/temp-core.ts'
import { accessibilityProblems } from './accessibility.ts'
import { openApp, PLACES } from './open-app.ts'

describe.each(PLACES)('how clients find tools, $title', ({ place }) => {
  test('is chosen in the pane of an endpoint, with what it costs, and why a tool is not listed', async () => {
    const server = echoServer({ name: 'one', bare: true, tools: 40 })
    await using app = await openApp({ place, file: configFileOf([server]) })
    const { page, admin } = app
    page.setDefaultTimeout(25_000)
    await expect.poll(async () => (await admin.servers.list.query())[0]?.toolCount).toBe(40)
    const { key } = await admin.apiKeys.create.mutate({ name: 'flow' })
    await using client = await connectLegacy(new URL(`${app.url}/metamcp/default/mcp`), key)
    const listed = async () => (await client.listTools()).tools.map(({ name }) => name)
    expect(await listed()).toHaveLength(40)

    await app.goTo('/endpoints')
    await page.getByRole('grid', { name: 'Endpoints' }).getByText('default').first().click()
    const field = page.getByRole('region', { name: 'How clients find tools' })
    await field.getByText(/reads about [\d.,k]+ tokens\.$/).waitFor()
    await field.getByRole('radio', { name: 'By search', exact: true }).click()
    await field.getByText(/The whole list would be about/).waitFor()
    await expect.poll(listed).toEqual(['search_tools', 'call_tool'])

    await field.getByLabel('Listed all the same').fill('tool_007')
    await page.getByRole('option', { name: 'one__tool_007' }).click()
    await expect.poll(listed).toEqual(['search_tools', 'call_tool', 'one__tool_007'])
    await page.keyboard.press('Escape')
    expect(await accessibilityProblems(page)).toEqual([])

    await field.getByRole('radio', { name: 'By search when the list is long' }).click()
    await field.getByLabel('Long is a list of more tokens than').fill('10')
    await page.keyboard.press('Enter')
    const threshold = async () => (await admin.endpoints.list.query())[0]?.discovery.aboveTokens
    await expect.poll(threshold).toBe(10)
    expect(await listed()).toHaveLength(3)

    // Why one is not listed is told where it is missed: at the endpoint, and where it is tried.
    const dialog = page.getByRole('dialog')
    const explained = async () => {
      await dialog.getByRole('button', { name: /^tool_001/ }).click()
      await dialog
        .getByText(/^Clients of default find it by search: all tools would cost/)
        .waitFor()
      await page.keyboard.press('Escape')
      await dialog.waitFor({ state: 'detached' })
    }
    await page.getByRole('button', { name: 'Why is a tool not here?' }).click()
    await dialog.getByRole('textbox', { name: 'Name of the tool' }).fill('tool_001')
    await explained()
    const [{ id } = { id: '' }] = await admin.endpoints.list.query()
    await app.goTo(`/inspector?target=endpoint:${id}&item=one__tool_001`)
    await page.getByText('default does not offer one__tool_001.').waitFor()
    await page.getByRole('button', { name: 'Why is a tool not here?' }).click()
    await explained()
  })
})
