import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { connectLegacy } from '../core/testing/clients.ts'
import { echoServer } from '../core/testing/echo-definition.ts'
import { configFileOf } from '../core/testing/temp-core.ts'
import { accessibilityProblems } from './accessibility.ts'
import { openApp, PLACES, type App } from './open-app.ts'

const FILE = configFileOf([
  echoServer({ name: 'one' }),
  echoServer({
    ...{ name: 'two', bare: true },
    extraTools: ['list', 'drop'].map((name) => ({ name, inputSchema: { type: 'object' } })),
  }),
])

/** A client on the endpoint `default`, and what it is offered. */
async function clientOf({ url, admin }: App) {
  const { key } = await admin.apiKeys.create.mutate({ name: 'the client' })
  const client = await connectLegacy(new URL(`${url}/metamcp/default/mcp`), key)
  return {
    client,
    prompts: async () => (await client.listPrompts()).prompts.map(({ name }) => name),
    uris: async () => (await client.listResources()).resources.map(({ uri }) => uri),
    [Symbol.asyncDispose]: () => client[Symbol.asyncDispose](),
  }
}

const treeOf = (page: Page, name = 'default') =>
  page.getByRole('grid', { name: `Tools of ${name}` })

/** In ms, for a whole flow: the machine may do other things as well. */
const FLOW_MS = 90_000
const PATIENT = { timeout: 9_000 }

for (const { place, title } of PLACES) {
  test(
    `prompts and resources are switched and written over, ${title}`,
    async () => {
      await using app = await openApp({ place, file: FILE })
      await using of = await clientOf(app)
      const { page } = app
      page.setDefaultTimeout(9_000)
      expect(await of.prompts()).toEqual(['one__greet', 'one__plain'])
      await app.goTo('/namespaces')
      await page.getByRole('tab', { name: /Prompts/ }).click()
      const prompts = page.getByRole('grid', { name: 'Prompts' })
      await prompts.getByRole('switch', { name: 'plain on' }).click({ force: true })
      await expect.poll(of.prompts, PATIENT).toEqual(['one__greet'])

      await prompts.getByText('greet', { exact: true }).click()
      const pane = page.getByRole('complementary', { name: 'one__greet' })
      await pane.getByRole('textbox', { name: 'Name' }).fill('hello')
      await pane.getByRole('textbox', { name: 'Description' }).fill('A kind greeting')
      if (place === 'browser') expect(await accessibilityProblems(page)).toEqual([])
      await page.keyboard.press('ControlOrMeta+s')
      await expect.poll(of.prompts, PATIENT).toEqual(['hello'])
      const renamed = page.getByRole('complementary', { name: 'hello' })
      await renamed.getByRole('button', { name: 'Reset to original' }).click()
      await expect.poll(of.prompts, PATIENT).toEqual(['one__greet'])
      await page.getByRole('button', { name: 'Undo' }).click()
      await expect.poll(of.prompts, PATIENT).toEqual(['hello'])

      // By keys alone.
      await page.getByRole('tab', { name: /Resources/ }).click()
      const resources = page.getByRole('grid', { name: 'Resources' })
      await resources.getByRole('row').filter({ hasText: 'echo://text' }).click()
      await page.keyboard.press('Space')
      await expect.poll(of.uris, PATIENT).not.toContain('echo://text')
      await page
        .getByRole('complementary', { name: 'echo://text' })
        .getByText('Off in default: clients do not see it.')
        .waitFor()
      if (place === 'browser') expect(await accessibilityProblems(page)).toEqual([])
      await page.keyboard.press('Escape')
      await page.keyboard.press('ControlOrMeta+a')
      const bar = page.getByRole('group', { name: 'Selected resources' })
      await bar.getByRole('button', { name: 'Off', exact: true }).click()
      await expect.poll(of.uris, PATIENT).toEqual([])
      await page.getByRole('button', { name: 'Undo' }).last().click()
      await expect.poll(of.uris, PATIENT).toHaveLength(3)
    },
    FLOW_MS,
  )
}

test(
  'single tools are picked, and new ones wait where they are to',
  async () => {
    await using app = await openApp({ place: 'browser', file: FILE })
    await using of = await clientOf(app)
    const { page, admin } = app
    page.setDefaultTimeout(9_000)
    await of.client.listTools()
    await app.goTo('/namespaces')
    await page.getByRole('button', { name: 'New namespace' }).click()
    await page.getByRole('textbox', { name: 'Name of the namespace' }).fill('work')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Pick single tools of a server' }).click()
    const dialog = page.getByRole('dialog', { name: 'Pick tools for work' })
    await dialog.getByRole('textbox', { name: 'Name of the tool' }).fill('lis')
    await dialog.getByRole('checkbox', { name: 'list' }).check()
    expect(await accessibilityProblems(page)).toEqual([])
    await dialog.getByRole('button', { name: 'Add 1 tool' }).click()
    await treeOf(page, 'work').getByText('1 of 2').waitFor()
    const work = async () =>
      (await admin.namespaces.list.query()).find((one) => one.name === 'work')
    expect((await work())?.servers).toMatchObject([{ enabled: true, newTools: 'off' }])
    await page.getByRole('button', { name: 'Undo' }).click()
    await expect.poll(async () => (await work())?.servers, PATIENT).toEqual([])

    // What comes later waits.
    await page.getByRole('grid', { name: 'Namespaces' }).getByText('default').click()
    await page.getByRole('combobox', { name: 'New tools' }).selectOption('Wait for a look')
    await expect.poll(newToolsOf(app), PATIENT).toBe('ask')
    await treeOf(page).getByText('one', { exact: true }).click()
    await page.getByRole('button', { name: 'More for one' }).click()
    const rule = page.getByRole('menuitemradio', { name: 'Off', exact: true })
    expect(await rule.getAttribute('aria-checked')).toBe('false')
    await rule.click()
    const own = page.getByRole('combobox', { name: 'New tools of it here' })
    await expect.poll(() => own.inputValue(), PATIENT).toBe('off')
    await own.selectOption('As the namespace says: Wait for a look')
    await page.keyboard.press('Escape')
    const tool = { name: 'newcomer', inputSchema: { type: 'object' } }
    await of.client.callTool({ name: 'one__change_tools', arguments: { tool } })
    await page.getByRole('searchbox').fill('held')
    await treeOf(page).getByText('waits: new').waitFor()
    expect(await accessibilityProblems(page)).toEqual([])
    await treeOf(page).getByText('newcomer', { exact: true }).click()
    await page.getByRole('button', { name: 'Why is this not here?' }).click()
    await page.getByText('newcomer is new and waits for a look.').waitFor()
    await page
      .getByRole('dialog', { name: 'Do clients see newcomer?' })
      .getByRole('button', { name: 'Look at it' })
      .click()
    await expect.poll(() => page.url(), PATIENT).toContain('/trust')
  },
  FLOW_MS,
)

function newToolsOf({ admin }: App) {
  return async () => {
    const all = await admin.namespaces.list.query()
    return all.find(({ name }) => name === 'default')?.newTools
  }
}
