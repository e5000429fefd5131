import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { thisMachine } from '../../scripts/debian-package.ts'
import { openChromium } from '../../scripts/find-chromium.ts'
import type { ServerInput } from '../../shared/server.ts'
import { listProcesses, type ProcessRow } from '../core/connections/process-tree.ts'
import { echoServer } from '../core/testing/echo-definition.ts'
import { openDesktop, shell, type Desktop } from './open-desktop.ts'

// Where there is no browser yet, this installs one.
beforeAll(() => openChromium(thisMachine()), 600_000)

describe(`the desktop app on ${shell.kind === 'electron' ? 'Electron' : 'the stand-in'}`, () => {
  const opened = new AsyncDisposableStack()
  let desktop: Desktop
  let url: string

  beforeAll(async () => {
    desktop = opened.use(await openDesktop())
    url = /^MetaMCP ready (\S+)\n/.exec(desktop.app.stdout)?.[1] ?? 'no ready line'
  }, 60_000)
  afterAll(() => opened.disposeAsync())

  test('is about the core in the same process', async () => {
    const { page } = desktop
    await page.getByText(`Running on ${new URL(url).host}`).waitFor()
    await expect.poll(() => page.title()).toBe('Overview – MetaMCP')
  })

  test('still follows after its page was reloaded', async () => {
    const { page } = desktop
    await page.reload()
    const servers = page.getByRole('link', { name: /^Servers/ })
    await servers.getByText('0', { exact: true }).waitFor()
    // It only ends when it is killed, so at the end it shows that the core was closed.
    await createServer(page, echoServer({ ignoreSigterm: true }, { start: 'eager' }))
    await servers.getByText('1', { exact: true }).waitFor()
  })

  test('goes to no other site; what a link opens opens in the browser', async () => {
    const { page, app } = desktop
    const before = page.url()
    await page.evaluate(() => {
      document.body.insertAdjacentHTML(
        'beforeend',
        `<a href="https://example.com/away">away</a>
         <a href="https://example.com/open" target="_blank">open</a>`,
      )
    })
    await page.getByRole('link', { name: 'away' }).click()
    await page.getByRole('link', { name: 'open' }).click()
    if (shell.kind === 'stand-in') {
      expect(await app.told('opened')).toEqual({ kind: 'opened', url: 'https://example.com/open' })
    }
    expect(page.url()).toBe(before)
    expect(await page.getByRole('navigation', { name: 'Pages' }).count()).toBe(1)
  })

  test('refuses what a foreign page sends over the bridge', async () => {
    const { page, app } = desktop
    const own = page.url()
    await page.goto('data:text/html,<title>foreign</title>')
    await page.evaluate(() => {
      const answers: unknown[] = []
      window.metamcp?.onAnswer((answer) => answers.push(answer))
      window.metamcp?.send({ kind: 'call', id: 'x', type: 'query', path: 'servers.list' })
      Object.assign(window, { answers })
    })
    expect(await app.complained('refused a message of a foreign frame')).toContain(
      '"origin":"null"',
    )
    expect(await page.evaluate(() => Reflect.get(window, 'answers') as unknown)).toEqual([])
    await page.goto(own)
    await page.getByRole('navigation', { name: 'Pages' }).waitFor()
  })

  test('quits with its servers and exit code 0', async () => {
    const { app } = desktop
    const children = descendantsOf(app.pid, await listProcesses())
    expect(children.length).toBeGreaterThan(0)
    expect(await desktop.quit()).toBe(0)
    expect(app.stdout.split('\n')[0]).toBe(`MetaMCP ready ${url}`)
    await vi.waitFor(async () => {
      const alive = (await listProcesses()).map(identityOf)
      expect(children.map(identityOf).filter((child) => alive.includes(child))).toEqual([])
    })
  })
})

/** Adds a server over the page's own bridge. */
function createServer(page: Page, input: ServerInput): Promise<void> {
  return page.evaluate(
    (definition) =>
      new Promise<void>((resolve, reject) => {
        const id = crypto.randomUUID()
        const stop = window.metamcp?.onAnswer((answer) => {
          if (answer.id !== id) return
          stop?.()
          if ('error' in answer) return reject(new Error(answer.error.message))
          resolve()
        })
        const call = { kind: 'call', type: 'mutation', path: 'servers.create' } as const
        window.metamcp?.send({ ...call, id, input: definition })
      }),
    input,
  )
}

function descendantsOf(pid: number, rows: ProcessRow[]): ProcessRow[] {
  const children = rows.filter((row) => row.ppid === pid)
  return children.flatMap((child) => [child, ...descendantsOf(child.pid, rows)])
}

function identityOf({ pid, startedAt }: ProcessRow): string {
  return `${pid} since ${startedAt}`
}
