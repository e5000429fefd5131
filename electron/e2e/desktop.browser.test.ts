import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { openChromium, thisMachine } from '../../scripts/find-chromium.ts'
import type { ServerInput } from '../../shared/server.ts'
import { listProcesses, type ProcessRow } from '../core/connections/process-tree.ts'
import { echoServer } from '../core/testing/echo-definition.ts'
import { makeDir, openDesktop, removeDir, shell, type Desktop } from './open-desktop.ts'

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

  test('shows the endpoint, and how to begin while there is no server', async () => {
    const { page } = desktop
    await page.getByText(`${url}/metamcp/default/mcp`, { exact: true }).waitFor()
    await page.getByRole('heading', { name: 'No servers yet' }).waitFor()
    expect(await page.title()).toBe('MetaMCP')
    await takePictures(page, 'empty')
  })

  test('answers MCP requests at the address that it shows, with a key made in the window', async () => {
    const { page } = desktop
    await page.getByRole('button', { name: 'Make a key' }).click()
    const snippet = page.getByRole('region', { name: 'mcp.json for Cursor' })
    await snippet.getByText('Bearer sk_mt_').waitFor()
    const { mcpServers } = JSON.parse(await snippet.innerText()) as {
      mcpServers: { metamcp: { url: string; headers: Record<string, string> } }
    }
    const answer = await fetch(mcpServers.metamcp.url, {
      method: 'POST',
      headers: {
        ...mcpServers.metamcp.headers,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
      },
      body: JSON.stringify(initialize),
    })
    expect([answer.status, await answer.text()]).toEqual([
      200,
      expect.stringContaining('"protocolVersion":"2025-11-25"'),
    ])
  })

  test('shows servers and what they are doing, as it changes', async () => {
    const { page } = desktop
    // It only ends when it is killed, so at the end it shows that the core was closed.
    await createServer(page, echoServer({ ignoreSigterm: true }, { start: 'eager' }))
    const sound = page.getByRole('row', { name: /^echo / })
    await sound.getByText('Running').waitFor()
    const broken = { name: 'broken', command: 'no-such-program', start: 'eager' as const }
    await createServer(page, echoServer({}, broken))
    const failed = page.getByRole('row', { name: /^broken / })
    await failed.getByText('Failed').waitFor()
    await failed.getByRole('paragraph').getByText('no-such-program').waitFor()
    await takePictures(page, 'servers')
    await sound.getByRole('cell', { name: /^\d+$/ }).waitFor()
  })

  test('copies the address', async () => {
    const { page } = desktop
    await page.getByRole('button', { name: 'Copy URL of endpoint default' }).click()
    await page.getByRole('status').getByText('Copied').waitFor()
  })

  test('every control has a name and is reached by Tab', async () => {
    const { page } = desktop
    const named = await page
      .locator('button, pre')
      .evaluateAll((all) => all.map((e) => e.ariaLabel))
    const reached = new Set<string | null>()
    // Once around, from wherever the focus is.
    for (let press = 0; press <= named.length + 1; press++) {
      await page.keyboard.press('Tab')
      reached.add(await page.evaluate(() => document.activeElement?.ariaLabel ?? null))
    }
    expect(named.length).toBeGreaterThan(2)
    expect(named.filter((name) => !name || !reached.has(name))).toEqual([])
  })

  test('still follows after its page was reloaded', async () => {
    const { page } = desktop
    await page.reload()
    await page.getByRole('row', { name: /^echo / }).waitFor()
    await createServer(page, { ...echoServer(), name: 'later' })
    await page.getByRole('row', { name: /^later / }).waitFor()
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
    expect(await page.getByRole('heading', { name: 'MetaMCP' }).count()).toBe(1)
  })

  test('refuses what a foreign page sends over the bridge', async () => {
    const { page, app } = desktop
    const own = page.url()
    await page.goto('data:text/html,<title>foreign</title>')
    await page.evaluate(() => {
      const answers: unknown[] = []
      window.metamcp.onAnswer((answer) => answers.push(answer))
      window.metamcp.send({ kind: 'call', id: 'x', type: 'query', path: 'servers.list' })
      Object.assign(window, { answers })
    })
    expect(await app.complained('refused a message of a foreign frame')).toContain(
      '"origin":"null"',
    )
    expect(await page.evaluate(() => Reflect.get(window, 'answers') as unknown)).toEqual([])
    await page.goto(own)
    await page.getByRole('row', { name: /^echo / }).waitFor()
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
        const stop = window.metamcp.onAnswer((answer) => {
          if (answer.id !== id) return
          stop()
          if ('error' in answer) return reject(new Error(answer.error.message))
          resolve()
        })
        const call = { kind: 'call', type: 'mutation', path: 'servers.create' } as const
        window.metamcp.send({ ...call, id, input: definition })
      }),
    input,
  )
}

/** Of the page in both colour schemes, into METAMCP_SCREENSHOTS or a folder that is removed. */
async function takePictures(page: Page, name: string): Promise<void> {
  const given = process.env.METAMCP_SCREENSHOTS
  const dir = given ?? makeDir()
  const picture = async (colorScheme: 'light' | 'dark') => {
    await page.emulateMedia({ colorScheme })
    const path = join(dir, `${name}-${colorScheme}.png`)
    await page.screenshot({ path })
    return readFileSync(path)
  }
  try {
    const [light, dark] = [await picture('light'), await picture('dark')]
    expect(light.equals(dark)).toBe(false)
  } finally {
    await page.emulateMedia({ colorScheme: null })
    if (!given) removeDir(dir)
  }
}

function descendantsOf(pid: number, rows: ProcessRow[]): ProcessRow[] {
  const children = rows.filter((row) => row.ppid === pid)
  return children.flatMap((child) => [child, ...descendantsOf(child.pid, rows)])
}

function identityOf({ pid, startedAt }: ProcessRow): string {
  return `${pid} since ${startedAt}`
}

const initialize = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'test', version: '1' },
  },
}
