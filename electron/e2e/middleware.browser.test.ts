import { expect, test } from 'vitest'
import { connectLegacy } from '../core/testing/clients.ts'
import { echoServer } from '../core/testing/echo-definition.ts'
import { configFileOf } from '../core/testing/temp-core.ts'
import { accessibilityProblems } from './accessibility.ts'
import { openApp, PLACES, type App } from './open-app.ts'

/** In ms, for a whole flow: the machine may do other things as well. */
const FLOW_MS = 90_000
const PATIENT = { timeout: 9_000 }

const FILE = {
  ...configFileOf([echoServer()]),
  namespaces: {
    default: { servers: ['echo'], middleware: [{ use: 'redact' }, { use: 'cache', seconds: 60 }] },
  },
}

/** It throws where no call can catch it. */
const CARELESS = `export default () => (next) => (call) => {
  setTimeout(() => { throw new Error('thrown in a timer') }, 1)
  void Promise.reject(new Error('rejected and left'))
  return next(call)
}`

const listIn = async ({ admin }: App) => {
  const [namespace] = await admin.namespaces.list.query()
  return namespace?.middleware
}

for (const { place, title } of PLACES) {
  test(
    `middlewares are added, filled in, moved and removed, ${title}`,
    async () => {
      await using app = await openApp({ place, file: FILE })
      const { page } = app
      page.setDefaultTimeout(9_000)
      await app.goTo('/namespaces?tab=middleware')
      const list = page.getByRole('list', { name: 'Middleware of default, in order' })
      await list.getByText('Switches').waitFor()

      // One that needs options is not there before they are right.
      await page.getByRole('button', { name: 'Add middleware' }).click()
      await page.getByRole('menuitem', { name: 'Limit the time' }).click()
      const pane = page.getByRole('complementary', { name: 'Limit the time' })
      const ms = pane.getByRole('textbox', { name: 'Milliseconds' })
      await ms.fill('0')
      // Said below the field, and to whoever cannot see it once more.
      await pane.getByText('at least 1').first().waitFor()
      expect(await pane.getByRole('button', { name: /^Add/ }).isDisabled()).toBe(true)
      expect(await listIn(app)).toHaveLength(2)
      await ms.fill('5000')
      await pane.getByRole('button', { name: /^Add/ }).click()
      await expect
        .poll(() => listIn(app), PATIENT)
        .toMatchObject([{ use: 'redact' }, { use: 'cache' }, { use: 'limit-time', ms: 5_000 }])
      if (place === 'browser') expect(await accessibilityProblems(page)).toEqual([])

      // What is filled in is still there after a look at another, and after a move.
      await list.getByRole('button', { name: /^Hide secrets/ }).click()
      const secrets = page.getByRole('complementary', { name: 'Hide secrets' })
      await secrets.getByRole('combobox', { name: 'What' }).click()
      await page.getByRole('option', { name: 'Phone numbers' }).click()
      await page.keyboard.press('Escape')
      await list.getByRole('button', { name: /^Limit the time/ }).click()
      await pane.waitFor()
      await list.getByRole('button', { name: /^Hide secrets/ }).click()
      await page.keyboard.press('Alt+ArrowDown')
      await page.getByText('Hide secrets is now 2 of 3.').waitFor({ state: 'attached' })
      await page.keyboard.press('Alt+ArrowUp')
      await page.getByText('Hide secrets is now 1 of 3.').waitFor({ state: 'attached' })
      await secrets.getByText('Phone numbers').first().waitFor()
      await secrets.getByRole('button', { name: 'Discard' }).click()

      // In order: by the keys, and by the handle.
      await list.getByRole('button', { name: /^Limit the time/ }).focus()
      await page.keyboard.press('Alt+ArrowUp')
      await page.getByText('Limit the time is now 2 of 3.').waitFor({ state: 'attached' })
      await expect
        .poll(async () => (await listIn(app))?.map(({ use }) => use), PATIENT)
        .toEqual(['redact', 'limit-time', 'cache'])

      const handleOf = async (at: number) => {
        const box = await list.locator('[data-row]').nth(at).locator('..').boundingBox()
        return { x: (box?.x ?? 0) + 14, y: (box?.y ?? 0) + (box?.height ?? 0) / 2 }
      }
      const [from, to] = [await handleOf(1), await handleOf(0)]
      await page.mouse.move(from.x, from.y)
      await page.mouse.down()
      await page.mouse.move(from.x, from.y - 10, { steps: 3 })
      await page.mouse.move(to.x, to.y, { steps: 8 })
      await page.mouse.up()
      await expect
        .poll(async () => (await listIn(app))?.map(({ use }) => use), PATIENT)
        .toEqual(['limit-time', 'redact', 'cache'])

      await list.getByRole('switch', { name: 'Answer from before on' }).click({ force: true })
      await expect
        .poll(async () => (await listIn(app))?.[2], PATIENT)
        .toEqual({
          ...{ use: 'cache', seconds: 60, enabled: false },
        })

      await list.getByRole('button', { name: 'More for Hide secrets' }).click()
      await page.getByRole('menuitem', { name: 'Remove Hide secrets' }).click()
      await expect.poll(async () => (await listIn(app))?.length, PATIENT).toBe(2)
      await page.getByRole('button', { name: 'Undo' }).click()
      await expect.poll(async () => (await listIn(app))?.[1], PATIENT).toEqual({ use: 'redact' })
    },
    FLOW_MS,
  )

  test(
    `a call that waits is allowed in the window, ${title}`,
    async () => {
      const approve = { use: 'approve', destructive: false, tools: ['echo__echo'] }
      const middleware = [{ use: './home/careless.mjs' }, approve]
      const namespaces = { default: { servers: ['echo'], middleware } }
      const homeFiles = { 'careless.mjs': CARELESS }
      await using app = await openApp({ place, homeFiles, file: { ...FILE, namespaces } })
      const { page } = app
      page.setDefaultTimeout(9_000)
      await app.goTo('/trust')
      const { key } = await app.admin.apiKeys.create.mutate({ name: 'the client' })
      await using client = await connectLegacy(new URL(`${app.url}/metamcp/default/mcp`), key)
      const call = () => client.callTool({ name: 'echo__echo', arguments: { message: 'whole' } })
      const first = call()
      const row = page.getByRole('listitem', { name: 'test-client wants to call echo__echo' })
      await row.getByText('"whole"').waitFor()
      if (place === 'browser') expect(await accessibilityProblems(page)).toEqual([])
      await row.getByRole('button', { name: 'Allow once' }).click()
      expect(await first).toMatchObject({ content: [{ text: 'whole' }] })
      await row.waitFor({ state: 'detached' })

      // Of two, by keys: the other one has the focus then.
      const [second, third] = [call(), call()]
      await expect.poll(() => row.count(), PATIENT).toBe(2)
      await row.first().focus()
      await page.keyboard.press('r')
      expect(await Promise.race([second, third])).toMatchObject({ isError: true })
      await expect.poll(() => row.count(), PATIENT).toBe(1)
      await expect
        .poll(() => row.evaluate((element) => element === document.activeElement), PATIENT)
        .toBe(true)
      await page.keyboard.press('a')
      await row.waitFor({ state: 'detached' })
      const answers = await Promise.all([second, third])
      expect(answers.filter(({ isError }) => isError !== true)).toHaveLength(1)
    },
    FLOW_MS,
  )
}
