import { strToU8, zipSync } from 'fflate'
import { resolve } from 'node:path'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { echoServer } from '../core/testing/echo-definition.ts'
import { accessibilityProblems } from './accessibility.ts'
import { openApp, PLACES, type App } from './open-app.ts'

const EVERYTHING = resolve(
  import.meta.dirname,
  '../../node_modules/@modelcontextprotocol/server-everything/dist/index.js',
)
const { command, args } = echoServer({ tools: 1 })

const boxOf = (page: Page) => drawerOf(page).getByRole('textbox', { name: /Paste a snippet/ })
const drawerOf = (page: Page) => page.getByRole('dialog', { name: 'Add server' })
const names = async ({ admin }: App) => (await admin.servers.list.query()).map(({ name }) => name)
const link = (config: unknown) =>
  `metamcp://install?name=wanted&config=${encodeURIComponent(btoa(JSON.stringify(config)))}`

for (const { place, title } of PLACES) {
  test(`what is pasted is shown, completed and added, ${title}`, async () => {
    await using app = await openApp({ place })
    const { page } = app
    await app.goTo('/servers?add=1')
    const box = boxOf(page)
    await box.waitFor()
    if (place === 'browser') expect(await accessibilityProblems(page)).toEqual([])
    await box.fill(
      JSON.stringify({
        mcpServers: {
          everything: { command: process.execPath, args: [EVERYTHING], envFile: '.env' },
          'my echo': { command, args, env: { ECHO_TOKEN: '<YOUR_TOKEN>' } },
          broken: { command: 'x', args: 'nope' },
        },
      }),
    )
    const drawer = drawerOf(page)
    await drawer.getByText('3 servers in the format of Cursor and Claude').waitFor()
    await drawer.getByText('line 1: "args" must be a list of texts').waitFor()
    await drawer.getByText('“my echo” cannot be a name here').waitFor()
    await drawer.getByText('Not taken over, so set it here if you need it: envFile').waitFor()
    const add = drawer.getByRole('button', { name: /^Add 2 servers/ })
    expect(await add.isDisabled()).toBe(true)
    if (place === 'browser') expect(await accessibilityProblems(page)).toEqual([])

    await drawer.getByLabel('ECHO_TOKEN').fill('secret')
    await page.keyboard.press('ControlOrMeta+Enter')
    await drawer.waitFor({ state: 'detached' })
    await expect.poll(() => page.url()).toContain('/servers?selected=')
    await page
      .getByRole('row', { name: /everything/ })
      .getByText('Running')
      .waitFor()
    expect(await names(app)).toEqual(['everything', 'my-echo'])
  })

  test(`a link shows all that it would run, and is refused by default, ${title}`, async () => {
    await using app = await openApp({ place })
    const { page } = app
    const open = (text: string) => app.goTo(`/servers?link=${encodeURIComponent(text)}`)
    await open(link({ command: 'npx', args: ['-y', 'one', 'two words'] }))
    const drawer = drawerOf(page)
    const words = drawer.getByRole('list', { name: 'Runs' }).getByRole('listitem')
    await expect.poll(() => words.allTextContents()).toEqual(['npx', '-y', 'one', 'two words'])
    const cancel = drawer.getByRole('button', { name: 'Cancel' })
    await expect.poll(() => cancel.evaluate((one) => one === document.activeElement)).toBe(true)
    if (place === 'browser') expect(await accessibilityProblems(page)).toEqual([])
    await page.keyboard.press('Enter')
    await drawer.waitFor({ state: 'detached' })
    expect(await names(app)).toEqual([])

    await open('metamcp://install?name=x&config=%7Bbad')
    await drawer
      .getByText('This link is damaged: `config` is not valid JSON. Nothing was added.')
      .waitFor()
    await page.keyboard.press('Escape')

    await open(link({ command, args }))
    await drawer.getByRole('button', { name: 'Add server' }).click()
    await drawer.waitFor({ state: 'detached' })
    expect(await names(app)).toEqual(['wanted'])
    await page.getByRole('button', { name: 'Undo' }).click()
    await expect.poll(() => names(app)).toEqual([])
  })

  test(`a server is found in the registry, another comes as a bundle, ${title}`, async () => {
    await using app = await openApp({ place })
    const { page } = app
    const drawer = drawerOf(page)

    await app.goTo('/servers?add=1')
    await boxOf(page).fill('playwright')
    await drawer.getByText('for “playwright”').waitFor()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await drawer.getByText('npx -y @playwright/mcp').waitFor()
    if (place === 'browser') expect(await accessibilityProblems(page)).toEqual([])
    await drawer.getByRole('button', { name: 'Back' }).click()

    const manifest = {
      name: 'notes-mcp',
      server: { type: 'node', entry_point: 'index.js' },
      user_config: { key: { type: 'string', title: 'Key', sensitive: true, required: true } },
    }
    const files = { 'manifest.json': strToU8(JSON.stringify(manifest)), 'index.js': strToU8('') }
    await drawer.getByLabel('File with servers').setInputFiles({
      ...{ name: 'notes.mcpb', mimeType: 'application/zip' },
      buffer: Buffer.from(zipSync(files)),
    })
    await drawer.getByText('notes.mcpb').waitFor()
    await drawer.getByLabel('Key').fill('k')
    await drawer.getByRole('button', { name: 'Add server' }).click()
    await drawer.waitFor({ state: 'detached' })
    expect(await names(app)).toEqual(['notes'])
  })

  test(`a server is filled in by hand, ${title}`, async () => {
    await using app = await openApp({ place })
    const { page } = app
    const drawer = drawerOf(page)
    await app.goTo('/servers?add=1')
    await drawer.getByRole('button', { name: 'Fill in by hand' }).click()
    await drawer.getByRole('button', { name: 'Add server' }).click()
    await drawer.getByText('needs a value').first().waitFor()
    if (place === 'browser') expect(await accessibilityProblems(page)).toEqual([])
    await drawer.getByLabel('Name', { exact: false }).first().fill('mine')
    await drawer.getByRole('textbox', { name: 'Command' }).fill(command)
    await drawer.getByRole('textbox', { name: 'Arguments' }).fill((args ?? []).join('\n'))
    // With something in it, Escape asks.
    await page.keyboard.press('Escape')
    await drawer.getByText('Close without adding?').waitFor()
    await drawer.getByRole('button', { name: 'Keep' }).click()
    await drawer.getByRole('button', { name: 'Add server' }).click()
    await drawer.waitFor({ state: 'detached' })
    expect(await names(app)).toEqual(['mine'])
  })
}
