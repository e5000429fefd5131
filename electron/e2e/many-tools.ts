import type { Page } from 'playwright-core'
import { echoServer } from '../core/testing/echo-definition.ts'
import { configFileOf } from '../core/testing/temp-core.ts'
import { openApp, type App } from './open-app.ts'

export const TOOLS = 2_000

/** The page of a namespace that has two thousand tools, of four servers. */
export async function openManyTools(): Promise<App> {
  const servers = ['one', 'two', 'three', 'four'].map((name) =>
    echoServer({ name, bare: true, tools: TOOLS / 4 }),
  )
  const app = await openApp({ place: 'browser', file: configFileOf(servers) })
  await app.goTo('/namespaces')
  await app.page.getByRole('searchbox', { name: 'Filter 2,000 tools' }).waitFor()
  return app
}

export const treeOf = (page: Page) => page.getByRole('grid', { name: 'Tools of default' })
