import { mkdirSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { stderr } from 'node:process'
import { closeAfterFile } from '../../electron/core/testing/after-file.ts'
import { openApp, type App } from '../../electron/e2e/open-app.ts'
import { openHouse, takePeople } from './people.ts'
import { DOUBTED, makeDoubts } from './doubts.ts'
import { CLIENT_FILES, fileOf, makeCalls, untilKnown } from './world.ts'

const root = resolve(import.meta.dirname, '../..')

export type Look = { theme: 'light' | 'dark'; language: 'en' | 'zh' }

/** What the README shows. */
const README_LOOKS: Look[] = [
  { theme: 'light', language: 'en' },
  { theme: 'dark', language: 'en' },
]
const ALL_LOOKS: Look[] = [
  ...README_LOOKS,
  { theme: 'light', language: 'zh' },
  { theme: 'dark', language: 'zh' },
]

/**
 * Pictures of every page: for the README with five servers in `docs/screenshots`; with a folder as
 * argument also in both languages, and with no and with fifty servers. Returns the exit code.
 */
export async function screenshots([folder]: string[]): Promise<number> {
  const target = resolve(folder ?? join(root, 'docs/screenshots'))
  mkdirSync(target, { recursive: true })
  const looks = folder === undefined ? README_LOOKS : ALL_LOOKS
  // The browser, which outlives the apps that are opened in it.
  await using _shared = { [Symbol.asyncDispose]: closeAfterFile }
  for (const count of folder === undefined ? [5] : [0, 5, 50]) {
    await using app = await openApp({
      place: 'browser',
      file: fileOf(count),
      homeFiles: CLIENT_FILES,
    })
    await untilKnown(app)
    if (count > 0) {
      await makeCalls(app)
      await makeDoubts(app)
    }
    for (const look of looks)
      await takeAll(app, { look, count, target, isGrid: folder !== undefined })
  }
  await using house = await openHouse(fileOf(5))
  for (const look of looks) {
    const ending = folder === undefined ? look.theme : `${look.theme}-${look.language}`
    await takePeople(house, { look, target, ending })
  }
  stderr.write(`The pictures are in ${relative(process.cwd(), target) || target}.\n`)
  return 0
}

type Taking = { look: Look; count: number; target: string; isGrid: boolean }

async function takeAll(app: App, { look, count, target, isGrid }: Taking): Promise<void> {
  const { page, admin } = app
  await admin.settings.set.mutate({ theme: look.theme, language: look.language })
  await page.locator(`html[lang="${look.language}"]`).waitFor({ state: 'attached' })
  for (const [name, address] of await pagesOf(app, count)) {
    await app.goTo(address)
    await page.waitForLoadState('networkidle').catch(() => undefined)
    await page.evaluate(() => document.fonts.ready)
    // Charts and lists come a moment after their page.
    await page.waitForTimeout(700)
    const file = isGrid
      ? `${name}-${count}-${look.theme}-${look.language}.png`
      : `${name}-${look.theme}.png`
    await page.screenshot({ path: join(target, file) })
  }
}

/** Each page at an address where it shows something. */
async function pagesOf({ admin }: App, count: number): Promise<[name: string, address: string][]> {
  const servers = await admin.servers.list.query()
  const idOf = (name: string) => servers.find((server) => server.name === name)?.id ?? ''
  const namespaces = await admin.namespaces.list.query()
  const endpoints = await admin.endpoints.list.query()
  const namespace = namespaces.find(({ name }) => name === 'default')?.id ?? ''
  const endpoint = endpoints.find(({ name }) => name === 'default')?.id ?? ''
  const isEmpty = count === 0
  return [
    ['overview', '/overview'],
    ['servers', isEmpty ? '/servers' : `/servers?selected=${idOf('stripe')}`],
    ['namespaces', `/namespaces?selected=${namespace}`],
    ['middleware', `/namespaces?selected=${namespace}&tab=middleware&item=0`],
    ['endpoints', `/endpoints?selected=${endpoint}`],
    ['connect', '/connect?selected=cursor'],
    [
      'inspector',
      isEmpty ? '/inspector' : `/inspector?target=server:${idOf('everything')}&item=echo`,
    ],
    ['calls', '/calls?period=1h'],
    ['logs', '/logs'],
    ['trust', `/trust?selected=changed:${idOf(DOUBTED.server)}:${DOUBTED.tool}`],
    ['keys', '/keys'],
    ['settings', '/settings'],
  ]
}
