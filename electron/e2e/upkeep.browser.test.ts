import { expect, test, vi } from 'vitest'
import { echoServer } from '../core/testing/echo-definition.ts'
import { connectLegacy } from '../core/testing/clients.ts'
import { configFileOf } from '../core/testing/temp-core.ts'
import { accessibilityProblems } from './accessibility.ts'
import { openApp, PLACES } from './open-app.ts'

// A start of the whole product takes seconds, and each flow is one.
vi.setConfig({ testTimeout: 90_000 })

const FILE = configFileOf([echoServer({ name: 'one' })])
const mcpUrl = (url: string, endpoint = 'default') => new URL(`${url}/metamcp/${endpoint}/mcp`)

for (const { place, title } of PLACES) {
  test(`a key is made, shown once, limited, revoked and back again, ${title}`, async () => {
    await using app = await openApp({ place, file: FILE })
    const { page, url } = app
    await app.goTo('/keys')
    await page.getByRole('grid', { name: 'Keys' }).waitFor()
    await page.keyboard.press('Control+N')
    const name = page.getByRole('textbox', { name: 'Name' })
    await name.press('Enter')
    await page.getByText('Give it a name.').waitFor()
    await name.fill('default')
    await name.press('Enter')
    await page.getByText('A key called default exists.').waitFor()
    await name.fill('laptop')
    await name.press('Enter')
    const once = page.getByRole('region', { name: 'New key “laptop”' })
    const key = (await once.locator('code').textContent()) ?? ''
    expect(key).toMatch(/^sk_mt_[A-Za-z0-9]{64}$/)
    expect(await accessibilityProblems(page)).toEqual([])

    // Who goes on without it is asked; who has copied it is not.
    await page.getByRole('link', { name: /^Endpoints/ }).click()
    await page.getByRole('dialog', { name: '“laptop” was not copied' }).waitFor()
    await page.getByRole('button', { name: 'Stay' }).click()
    await once.getByRole('button', { name: 'Copy' }).click()
    await once.getByRole('button', { name: 'I have it' }).click()
    await once.waitFor({ state: 'detached' })

    await using client = await connectLegacy(mcpUrl(url), key)
    await client.listTools()
    const row = page.getByRole('row', { name: /laptop/ })
    await row.getByText(/now · test-client/).waitFor()
    await row.click()
    await page.getByRole('grid', { name: 'Keys' }).focus()
    await page.keyboard.press('Delete')
    await page.getByText('laptop revoked. 1 session ended.').waitFor()
    await page.keyboard.press('Control+Z')
    await row.waitFor()
    expect(await accessibilityProblems(page)).toEqual([])
    await using again = await connectLegacy(mcpUrl(url), key)
    expect((await again.listTools()).tools.length).toBeGreaterThan(0)
  })

  test(`an endpoint is made, serves another namespace at once, is removed and back, ${title}`, async () => {
    await using app = await openApp({ place, file: FILE })
    const { page, admin, url } = app
    const { key } = await admin.apiKeys.create.mutate({ name: 'test' })
    await admin.namespaces.create.mutate({ name: 'empty' })
    await app.goTo('/endpoints')
    await page.getByRole('button', { name: 'New endpoint' }).click()
    const form = page.getByRole('form', { name: 'New endpoint' })
    await form.getByRole('textbox', { name: 'Name' }).fill('my work')
    await form.getByRole('button', { name: 'Make endpoint' }).click()
    await form.getByText('A name may have letters, digits, - and _, up to 64.').waitFor()
    await form.getByRole('textbox', { name: 'Name' }).fill('work')
    await page.keyboard.press('Enter')
    const pane = page.getByRole('complementary', { name: 'work' })
    await pane.getByText(mcpUrl(url, 'work').pathname.slice(-8)).first().waitFor()

    await using client = await connectLegacy(mcpUrl(url, 'work'), key)
    const before = (await client.listTools()).tools.length
    await page.getByRole('row', { name: /work/ }).getByText('test-client').waitFor()
    await pane.getByRole('combobox', { name: 'Namespace of work' }).click()
    await page.getByRole('option', { name: 'empty' }).click()
    await page.getByText(`1 client was told: ${before} tools became 0.`).waitFor()
    expect((await client.listTools()).tools).toEqual([])
    await page.getByRole('button', { name: 'Undo' }).click()
    await expect.poll(async () => (await client.listTools()).tools.length).toBe(before)
    expect(await accessibilityProblems(page)).toEqual([])

    await pane.getByRole('checkbox', { name: 'Only with an API key' }).click()
    const warning = pane.getByText('Anybody on this computer can call it.')
    await warning.waitFor()
    await using anybody = await connectLegacy(mcpUrl(url, 'work'), '')
    expect((await anybody.listTools()).tools).toHaveLength(before)
    await pane.getByRole('button', { name: 'Ask for a key' }).click()
    await warning.waitFor({ state: 'detached' })
    await expect(connectLegacy(mcpUrl(url, 'work'), '')).rejects.toThrow()

    await pane.getByRole('button', { name: 'More for work' }).click()
    await page.getByRole('menuitem', { name: /Remove/ }).click()
    await page.getByText(/work removed\./).waitFor()
    await page.keyboard.press('Control+Z')
    const names = async () => (await admin.endpoints.list.query()).map((one) => one.name)
    await expect.poll(names).toEqual(['default', 'work'])
    await page.getByRole('row', { name: /work/ }).waitFor()
  })

  test(`settings apply at once, are found, and care for the data, ${title}`, async () => {
    await using app = await openApp({ place, file: FILE })
    const { page, admin } = app
    await app.goTo('/settings')
    await page.getByRole('radio', { name: 'Dark' }).click()
    const dark = page.locator('[data-mantine-color-scheme="dark"]').first()
    await dark.waitFor({ state: 'attached' })
    await page.getByRole('radio', { name: 'As the system' }).click()
    await page.getByRole('combobox', { name: 'Language' }).click()
    await page.getByRole('option', { name: '中文' }).click()
    await page.getByRole('heading', { level: 1, name: '设置' }).waitFor()
    expect(await accessibilityProblems(page)).toEqual([])
    expect(await admin.settings.get.query()).toMatchObject({ theme: 'system', language: 'zh' })
    await admin.settings.set.mutate({ language: 'en' })
    await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor()

    await page.getByPlaceholder('Filter settings').fill('proxy')
    await page.getByText('No setting about “proxy”.').waitFor()
    await page.getByRole('button', { name: 'Clear filter' }).click()
    await page.getByRole('switch', { name: 'Pause all' }).click()
    await page.getByText('Paused. No client is there at the moment.').waitFor()
    await page.getByText('Paused. Clients see no tools.').waitFor()
    await page.keyboard.press('Control+Z')
    await expect.poll(() => admin.settings.get.query()).toMatchObject({ paused: false })

    const download = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Export metamcp.json…' }).click()
    expect((await download).suggestedFilename()).toBe('metamcp.json')
    const mcpServers = { two: { command: 'run-me', env: { TOKEN: '${NOT_SET_YET}' } } }
    const buffer = Buffer.from(JSON.stringify({ mcpServers }))
    const file = { name: 'mine.json', mimeType: 'application/json', buffer }
    await page.locator('input[type="file"]').setInputFiles(file)
    const dialog = page.getByRole('dialog', { name: 'Import mine.json' })
    await dialog.getByText('1 server', { exact: true }).waitFor()
    expect(await accessibilityProblems(page)).toEqual([])
    await dialog.getByLabel('NOT_SET_YET', { exact: true }).fill('a secret')
    await dialog.getByRole('button', { name: 'Import', exact: true }).click()
    await page.getByText('mine.json: 2 things were made or changed.').waitFor()
    expect((await admin.servers.list.query()).map(({ name }) => name)).toEqual(['one', 'two'])

    await page.getByRole('button', { name: 'Back up' }).click()
    await page.getByRole('button', { name: /Restore the backup of/ }).click()
    await page.getByRole('button', { name: 'Restore at the next start' }).click()
    await page.getByText(/At the next start the backup of .* is put back\./).waitFor()
    expect(await accessibilityProblems(page)).toEqual([])
    await page.getByRole('button', { name: 'Call it off' }).click()
    await expect.poll(() => admin.data.info.query()).toMatchObject({ pendingRestore: null })
  })
}
