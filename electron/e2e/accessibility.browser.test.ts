import { beforeAll, expect, test } from 'vitest'
import { thisMachine } from '../../scripts/debian-package.ts'
import { openChromium } from '../../scripts/find-chromium.ts'
import { echoServer } from '../core/testing/echo-definition.ts'
import { configFileOf } from '../core/testing/temp-core.ts'
import { accessibilityProblems } from './accessibility.ts'
import { openApp } from './open-app.ts'

// Where there is no browser yet, this installs one.
beforeAll(() => openChromium(thisMachine()), 600_000)

const file = configFileOf([
  echoServer({ name: 'github' }),
  echoServer({}, { name: 'stripe', command: 'no-such-program', start: 'eager' }),
])
const PAGES =
  'overview servers namespaces endpoints connect inspector calls logs trust keys accounts settings'.split(
    ' ',
  )

for (const language of ['en', 'zh'] as const) {
  test(
    `no page and no overlay keeps anybody out, in ${language}`,
    { timeout: 120_000 },
    async () => {
      await using app = await openApp({ place: 'browser', file })
      const { page, admin } = app
      const servers = await admin.servers.list.query()
      await admin.settings.set.mutate({ language })
      await page.locator(`html[lang="${language}"]`).waitFor({ state: 'attached' })
      const failed = servers.find(({ name }) => name === 'stripe')?.id ?? ''
      const found: Record<string, string[]> = {}
      const look = async (name: string) => {
        const problems = await accessibilityProblems(page)
        if (problems.length > 0) found[name] = problems
      }
      for (const name of PAGES) {
        await app.goTo(name === 'servers' ? `/servers?selected=${failed}` : `/${name}`)
        await page.waitForLoadState('networkidle').catch(() => undefined)
        await look(name)
      }
      await page.keyboard.press('ControlOrMeta+k')
      await page.getByRole('dialog').waitFor()
      await look('palette')
      await page.keyboard.press('Escape')
      await page.getByRole('dialog').waitFor({ state: 'detached' })
      await app.goTo('/servers?add=1')
      await page.getByRole('dialog').waitFor()
      await look('adding a server')
      expect(found).toEqual({})
    },
  )
}

test('an empty house is open to everybody, too', { timeout: 90_000 }, async () => {
  await using app = await openApp({ place: 'browser' })
  const found: Record<string, string[]> = {}
  for (const name of PAGES) {
    await app.goTo(`/${name}`)
    const problems = await accessibilityProblems(app.page)
    if (problems.length > 0) found[name] = problems
  }
  expect(found).toEqual({})
})

test('eighteen servers are seen at once', { timeout: 90_000 }, async () => {
  const many = Array.from({ length: 24 }, (_, index) =>
    echoServer({ bare: true, name: `server${index}` }),
  )
  await using app = await openApp({ place: 'browser', file: configFileOf(many) })
  await app.goTo('/servers')
  const rows = app.page.getByRole('row', { name: /server\d/ })
  await rows.first().waitFor()
  const bottoms = await rows.evaluateAll((all) =>
    all.map((row) => row.getBoundingClientRect().bottom),
  )
  const status = await app.page.getByRole('contentinfo').boundingBox()
  expect(bottoms.filter((bottom) => bottom <= (status?.y ?? 0)).length).toBeGreaterThanOrEqual(18)
})
