import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { connectLegacy } from '../core/testing/clients.ts'
import { echoServer } from '../core/testing/echo-definition.ts'
import { configFileOf } from '../core/testing/temp-core.ts'
import { accessibilityProblems } from './accessibility.ts'
import { openApp, PLACES, type App } from './open-app.ts'

const tool = (name: string, description: string, annotations?: object) => ({
  ...{ name, description, annotations, inputSchema: { type: 'object' } },
})
const FILE = configFileOf([
  echoServer({
    name: 'github',
    bare: true,
    extraTools: [
      tool('search', 'Searches issues', { readOnlyHint: true }),
      tool('create', 'Creates an issue in a repository'),
      tool('delete', 'Deletes a repository', { destructiveHint: true }),
    ],
  }),
  echoServer({ name: 'linear', bare: true, extraTools: [tool('list', 'Lists what there is')] }),
])

/** A client on the endpoint `default`, and the names of the tools that it is offered. */
async function clientOf({ url, admin }: App) {
  const { key } = await admin.apiKeys.create.mutate({ name: 'the client' })
  const client = await connectLegacy(new URL(`${url}/metamcp/default/mcp`), key)
  const tools = async () => (await client.listTools()).tools
  return {
    tools,
    names: async () => (await tools()).map(({ name }) => name),
    [Symbol.asyncDispose]: () => client[Symbol.asyncDispose](),
  }
}

const treeOf = (page: Page, name = 'default') =>
  page.getByRole('grid', { name: `Tools of ${name}` })

/** In ms, for a whole flow: the machine may do other things as well. */
const FLOW_MS = 90_000
const PATIENT = { timeout: 9_000 }

const ALL = ['github__search', 'github__create', 'github__delete', 'linear__list']

for (const { place, title } of PLACES) {
  test(
    `tools are switched, written over and put in order, ${title}`,
    async () => {
      await using app = await openApp({ place, file: FILE })
      await using client = await clientOf(app)
      const { page } = app
      page.setDefaultTimeout(9_000)
      expect(await client.names()).toEqual(ALL)
      await app.goTo('/namespaces')
      const tree = treeOf(page)

      await tree.getByRole('switch', { name: 'delete on' }).click({ force: true })
      await expect
        .poll(client.names, PATIENT)
        .toEqual(ALL.filter((name) => name !== 'github__delete'))
      await tree.getByText('2 of 3').waitFor()
      await page.getByRole('grid', { name: 'Namespaces' }).getByText('3 tools').waitFor()

      // Written over, with a name that cannot be one at first.
      await tree.getByText('create', { exact: true }).click()
      const pane = page.getByRole('complementary', { name: 'github__create' })
      await pane.getByRole('textbox', { name: 'Name' }).fill('new issue')
      await pane.getByText('“new issue” cannot be a name').waitFor()
      await pane.getByRole('button', { name: 'Use new_issue' }).click()
      await pane
        .getByRole('textbox', { name: 'Description' })
        .fill('Opens an issue in a repository')
      const difference = pane.getByRole('region', { name: 'Against the original' })
      expect(await difference.locator('del').allTextContents()).toEqual(['Creates'])
      expect(await difference.locator('ins').allTextContents()).toEqual(['Opens'])
      await pane.getByRole('combobox', { name: 'Destructive' }).selectOption('No')
      if (place === 'browser') expect(await accessibilityProblems(page)).toEqual([])
      await page.keyboard.press('ControlOrMeta+s')
      await expect.poll(client.tools, PATIENT).toContainEqual(
        expect.objectContaining({
          name: 'new_issue',
          description: 'Opens an issue in a repository',
          annotations: { destructiveHint: false },
        }),
      )

      const changed = page.getByRole('complementary', { name: 'new_issue' })
      await changed.getByRole('button', { name: 'Reset to original' }).click()
      await expect.poll(client.names, PATIENT).toContain('github__create')
      await page.getByRole('button', { name: 'Undo' }).click()
      await expect.poll(client.names, PATIENT).toContain('new_issue')

      // In order: by the keys, and back by the handle.
      await tree.getByText('linear', { exact: true }).click()
      await page.keyboard.press('Alt+ArrowUp')
      await page.getByText('linear is now 1 of 2.').waitFor({ state: 'attached' })
      await expect.poll(async () => (await client.names())[0], PATIENT).toBe('linear__list')
      await page.keyboard.press('Escape')
      await dragTo(page, 'github', 'linear')
      await expect.poll(async () => (await client.names())[0], PATIENT).toBe('github__search')
    },
    FLOW_MS,
  )
}

/** Moves a server of the namespace `default` by its handle to where another one is. */
async function dragTo(page: Page, moved: string, target: string): Promise<void> {
  const rowOf = (name: string) =>
    treeOf(page)
      .getByRole('row')
      .filter({ has: page.getByRole('switch', { name: `${name} on` }) })
  const handle = rowOf(moved).first().locator('[class*="handle"]')
  const [from, to] = [await handle.boundingBox(), await rowOf(target).first().boundingBox()]
  if (!from || !to) throw new Error('The rows are not in view.')
  const [x, y] = [from.x + from.width / 2, from.y + from.height / 2]
  await page.mouse.move(x, y)
  await page.mouse.down()
  // It starts once the pointer has left the spot.
  await page.mouse.move(x, y - 8, { steps: 4 })
  await page
    .getByRole('status')
    .getByText(`${moved} is over place`)
    .or(page.getByText(`${moved} lifted`))
    .first()
    .waitFor({ state: 'attached' })
  await page.mouse.move(x, to.y + to.height / 2, { steps: 8 })
  await page.getByText(`${moved} is over place 1 of 2.`).waitFor({ state: 'attached' })
  await page.mouse.up()
}

test(
  'namespaces are made, filled, renamed and removed; one in use says so',
  async () => {
    await using app = await openApp({ place: 'browser', file: FILE })
    const { page, admin } = app
    page.setDefaultTimeout(9_000)
    await app.goTo('/namespaces')
    const list = page.getByRole('grid', { name: 'Namespaces' })
    const nameField = page.getByRole('textbox', { name: 'Name of the namespace' })

    await page.getByRole('button', { name: 'New namespace' }).click()
    await nameField.fill('default')
    await nameField.press('Enter')
    await page.getByText('A namespace called default exists.').waitFor()
    await nameField.fill('work')
    await nameField.press('Enter')
    await page.getByRole('heading', { name: 'No servers in work.' }).waitFor()
    expect(await accessibilityProblems(page)).toEqual([])

    await page.getByRole('button', { name: 'Add servers to it' }).click()
    const dialog = page.getByRole('dialog', { name: 'Add servers to work' })
    await dialog.getByRole('checkbox', { name: 'linear' }).check()
    expect(await accessibilityProblems(page)).toEqual([])
    await dialog.getByRole('button', { name: 'Add 1 server' }).click()
    await treeOf(page, 'work').getByText('linear', { exact: true }).waitFor()

    await list.getByText('work').click()
    await page.keyboard.press('F2')
    await nameField.fill('play')
    await nameField.press('Enter')
    await list.getByText('play').waitFor()
    await list.getByText('play').click()
    await page.keyboard.press('Delete')
    await page.getByText('play removed.').waitFor()
    await expect.poll(async () => (await admin.namespaces.list.query()).length, PATIENT).toBe(1)
    await page.keyboard.press('ControlOrMeta+z')
    await expect
      .poll(async () => (await admin.namespaces.list.query()).map((one) => one.name), PATIENT)
      .toEqual(['default', 'play'])

    await list.getByText('default').click()
    await page.keyboard.press('Delete')
    await page
      .getByText('The namespace cannot be deleted while the endpoint "default" uses it.')
      .waitFor()
  },
  FLOW_MS,
)

test(
  'the filter, many at once, and why a tool is not here',
  async () => {
    await using app = await openApp({ place: 'browser', file: FILE })
    await using client = await clientOf(app)
    const { page, admin } = app
    page.setDefaultTimeout(9_000)
    await app.goTo('/namespaces')
    const tree = treeOf(page)
    await tree.getByText('list', { exact: true }).waitFor()

    // Many at once, and the way back.
    await tree.getByText('search', { exact: true }).click()
    await tree.getByText('delete', { exact: true }).click({ modifiers: ['ControlOrMeta'] })
    const bar = page.getByRole('group', { name: 'Selected tools' })
    await bar.getByText('2 tools').waitFor()
    expect(await accessibilityProblems(page)).toEqual([])
    await bar.getByRole('button', { name: 'Only these' }).click()
    await expect.poll(client.names, PATIENT).toEqual(['github__search', 'github__delete'])
    await page.getByRole('button', { name: 'Undo' }).click()
    await expect.poll(client.names, PATIENT).toEqual(ALL)

    // Words of the filter.
    const filter = page.getByRole('searchbox')
    await page.keyboard.press('/')
    await filter.fill('destructive')
    await page.getByText('1 tool found').waitFor({ state: 'attached' })
    await page.getByRole('button', { name: 'Without destructive' }).click()
    await expect.poll(() => filter.inputValue(), PATIENT).toBe('')
    await filter.fill('lists what')
    await expect.poll(() => tree.getByRole('switch').count(), PATIENT).toBe(2)
    await filter.fill('')

    // A tool of a server that was taken out.
    await tree.getByText('linear', { exact: true }).click()
    await page.getByRole('button', { name: 'Take out of default' }).click()
    await expect.poll(client.names, PATIENT).toHaveLength(3)
    await filter.fill('list')
    await page.getByText('No tool called “list” in default.').waitFor()
    await page.getByRole('button', { name: 'Why is list of linear not here?' }).click()
    const dialog = page.getByRole('dialog', { name: 'Do clients see list?' })
    await dialog.getByText('linear is not in default.').waitFor()
    expect(await accessibilityProblems(page)).toEqual([])
    await dialog.getByRole('button', { name: 'Add it' }).click()
    await dialog.getByText('Clients see it as linear__list.').waitFor()
    await expect.poll(client.names, PATIENT).toEqual(ALL)

    // Off everywhere: the same address is what a palette or a link opens.
    const linear = (await admin.servers.list.query()).find((server) => server.name === 'linear')
    await admin.servers.setEnabled.mutate({ id: linear?.id ?? '', enabled: false })
    await dialog.getByText('linear is off in all namespaces.').waitFor()
    await dialog.getByRole('button', { name: 'Switch on' }).click()
    await expect.poll(client.names, PATIENT).toEqual(ALL)
  },
  FLOW_MS,
)
