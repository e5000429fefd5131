import { beforeAll, expect, test } from 'vitest'
import { thisMachine } from '../../scripts/debian-package.ts'
import { openChromium } from '../../scripts/find-chromium.ts'
import { echoServer } from '../core/testing/echo-definition.ts'
import { configFileOf } from '../core/testing/temp-core.ts'
import { openApp, type App } from './open-app.ts'

beforeAll(() => openChromium(thisMachine()), 600_000)

const file = configFileOf([
  echoServer({ name: 'github' }),
  echoServer({}, { name: 'stripe', command: 'no-such-program', start: 'eager' }),
])
const PAGES =
  'overview servers namespaces endpoints connect inspector calls logs trust keys accounts settings'.split(
    ' ',
  )
const SIZES = [
  { width: 1200, height: 760 },
  { width: 900, height: 560 },
]
/** As a telephone has it, or a window whose text is three times as large. */
const NARROW = { width: 400, height: 760 }
const NARROW_PAGES = 'servers endpoints connect keys accounts settings'.split(' ')

// Other languages need about that much more room than English does.
const LONGER = 0.4

test('words are cut in no button, heading or tab, nor are longer ones but where it is narrow', async () => {
  await using app = await openApp({ place: 'browser', file })
  const cut: Record<string, string[]> = {}
  const look = async (names: string[], size: typeof NARROW, longer: number) => {
    await app.page.setViewportSize(size)
    for (const name of names) {
      await app.goTo(`/${name}`)
      await app.page.waitForLoadState('networkidle').catch(() => undefined)
      const found = await cutWords(app, longer)
      if (found.length > 0) cut[`${name} at ${size.width}`] = found
    }
  }
  for (const size of SIZES) await look(PAGES, size, LONGER)
  await look(NARROW_PAGES, NARROW, 0)
  expect(cut).toEqual({})
}, 60_000)

/** Makes what is said on the page longer by that share, and returns what is not shown whole. */
function cutWords({ page }: App, longer: number): Promise<string[]> {
  return page.evaluate(async (share) => {
    const said = 'button, h1, h2, h3, nav a, header, footer, [role="tab"], [role="columnheader"]'
    const texts = new Set<Text>()
    for (const element of document.querySelectorAll(said)) {
      const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT)
      while (walker.nextNode()) {
        const text = walker.currentNode as Text
        if (!text.parentElement?.closest('code, kbd, [translate="no"]')) texts.add(text)
      }
    }
    const before = new Map([...texts].map((text) => [text, text.data]))
    for (const [text, data] of before) {
      const letters = data.match(/\p{L}/gu)?.length ?? 0
      text.data = data + 'e'.repeat(Math.ceil(letters * share))
    }
    await new Promise(requestAnimationFrame)
    // Headings for screen readers alone have no width at all.
    const isCut = (element: Element) =>
      element.clientWidth > 0 &&
      (element.scrollWidth > element.clientWidth + 1 ||
        element.getBoundingClientRect().right > window.innerWidth + 1) &&
      getComputedStyle(element).display !== 'inline' &&
      !element.closest('[aria-hidden="true"]')
    const found = [...document.querySelectorAll(`${said}, button *`)]
      .filter(isCut)
      .map(
        (element) =>
          `${element.tagName.toLowerCase()}: ${element.textContent}, ${element.clientWidth} of ${element.scrollWidth}`,
      )
    for (const [text, data] of before) text.data = data
    return [...new Set(found)]
  }, longer)
}
