import { ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js'
import { join } from 'node:path'
import { writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { thisMachine } from '../../scripts/debian-package.ts'
import { openChromium } from '../../scripts/find-chromium.ts'
import { connectLegacy } from '../core/testing/clients.ts'
import { openRawHttp, sendJson, shakeHands } from '../core/testing/echo-http.ts'
import { echoServer } from '../core/testing/echo-definition.ts'
import { configFileOf } from '../core/testing/temp-core.ts'
import { startOnStandIn } from './app-process.ts'
import { makeDir, openDesktop, removeDir, shell, type Desktop } from './open-desktop.ts'
import { shellOf, type ShellControl } from './shell-control.ts'

beforeAll(() => openChromium(thisMachine()), 600_000)

describe(`around the window, on ${shell.kind === 'electron' ? 'Electron' : 'the stand-in'}`, () => {
  const opened = new AsyncDisposableStack()
  let desktop: Desktop
  let control: ShellControl
  let url: URL
  let key: string
  let dir: string

  beforeAll(async () => {
    dir = opened.adopt(makeDir(), removeDir)
    const config = join(dir, 'metamcp.json')
    writeFileSync(config, JSON.stringify(configFileOf([echoServer({ tools: 5 })])))
    const env = { METAMCP_DATA_DIR: join(dir, 'data'), METAMCP_STAND_IN_AGE_MS: '60000' }
    desktop = opened.use(await openDesktop({ args: ['--config', config], env }))
    control = shellOf(desktop)
    const { stdout } = desktop.app
    url = new URL(/^MCP endpoint +(\S+)$/m.exec(stdout)?.[1] ?? 'no:endpoint')
    key = /^API key +(\S+)$/m.exec(stdout)?.[1] ?? ''
  }, 60_000)
  afterAll(() => opened.disposeAsync())

  async function connect() {
    const client = await connectLegacy(url, key)
    let told = 0
    client.setNotificationHandler(ToolListChangedNotificationSchema, () => void told++)
    const names = async () => (await client.listTools()).tools.map((tool) => tool.name)
    return {
      names,
      told: () => expect.poll(() => told, { timeout: 5_000 }),
      [Symbol.asyncDispose]: () => client[Symbol.asyncDispose](),
    }
  }

  /** Adds a server that starts at once; resolves with its id. */
  async function create(definition: object): Promise<string> {
    const token = /^Admin token +(\S+)$/m.exec(desktop.app.stdout)?.[1] ?? ''
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    const body = JSON.stringify({ ...definition, start: 'eager', approve: true })
    const address = new URL('/trpc/frontend/servers.create', url)
    const response = await fetch(address, { method: 'POST', headers, body })
    const { result } = (await response.json()) as { result: { data: { id: string } } }
    return result.data.id
  }

  test('the tray says how the whole is, in its menu and its tooltip', async () => {
    const { rows, tooltip } = await control.tray((tray) => tray.rows.some(({ checked }) => checked))
    const labels = rows.map(({ label }) => label)
    expect(labels.slice(0, 2)).toEqual([
      'MetaMCP is running',
      expect.stringMatching(/^1 of 1 serv/),
    ])
    expect(tooltip).toBe(labels.slice(0, 2).join('\n'))
    expect(labels).toEqual(expect.arrayContaining(['Pause all', 'Settings…', 'Quit MetaMCP']))
  })

  test('a namespace that is switched in the tray is switched for its clients', async () => {
    await using client = await connect()
    const before = await client.names()
    expect(before).toContain('echo__echo')
    const { rows } = await control.tray((tray) => tray.rows.some(({ checked }) => checked))
    const on = rows.find(({ checked }) => checked)?.label ?? ''
    expect(on).toMatch(/^default · \d+ tools$/)

    await control.clickTray(on)
    await client.told().toBe(1)
    expect(await client.names()).toEqual([])
    const off = await control.tray((tray) => tray.rows.every(({ checked }) => !checked))
    expect(off.rows.map(({ label }) => label)).toContain('default · off')

    await control.clickTray('default · off')
    await client.told().toBe(2)
    expect(await client.names()).toEqual(before)
  })

  test('all is paused and resumed in the tray', async () => {
    await using client = await connect()
    const before = await client.names()
    await control.clickTray('Pause all')
    await client.told().toBe(1)
    expect(await client.names()).toEqual([])
    const paused = await control.tray(({ rows }) => rows[0]?.label === 'Paused')
    expect(paused.rows.map(({ label }) => label)).not.toContain('Pause all')

    await control.clickTray('Resume')
    await client.told().toBe(2)
    expect(await client.names()).toEqual(before)
    await control.tray(({ rows }) => rows[0]?.label === 'MetaMCP is running')
  })

  test('rows of the tray lead to their page', async () => {
    await control.clickTray('Settings…')
    await expect.poll(() => new URL(desktop.page.url()).hash).toMatch(/^#\/settings/)
  })

  test.runIf(shell.kind === 'stand-in')('so do those of the application’s menu', async () => {
    const { app, page } = desktop
    app.do({ kind: 'click-menu', labels: ['View', 'Logs'] })
    await expect.poll(() => new URL(page.url()).hash).toMatch(/^#\/logs/)
    await page.getByRole('heading', { level: 1, name: 'Logs' }).waitFor()
    app.do({ kind: 'close-window' })
    await app.latest('visible', ({ isVisible }) => !isVisible)
    app.do({ kind: 'click-tray-icon' })
    await app.latest('visible', ({ isVisible }) => isVisible)
  })

  test('closing the window hides it, and says so once', async () => {
    const title = 'MetaMCP keeps running here in the tray.'
    const times = async () =>
      (await control.notifications()).filter((notice) => notice.title === title).length
    await control.closeWindow()
    await expect.poll(() => control.isWindowVisible()).toBe(false)
    await expect.poll(times).toBe(1)
    await control.clickTray('Open MetaMCP')
    await expect.poll(() => control.isWindowVisible()).toBe(true)
    await control.closeWindow()
    await expect.poll(() => control.isWindowVisible()).toBe(false)
    expect(await times()).toBe(1)
  })

  test('a server that stops working is told of once, and its notification leads to it', async () => {
    expect(await control.isWindowVisible()).toBe(false)
    const id = await create(echoServer({}, { name: 'broken', command: 'no-such-program' }))
    const title = 'broken stopped working.'
    await expect
      .poll(() => control.notifications(), { timeout: 10_000 })
      .toContainEqual({ title, body: 'no-such-program was not found' })
    const row = 'broken: no-such-program was not found…'
    const { rows } = await control.tray((tray) => tray.rows.some(({ label }) => label === row))
    expect(rows[0]?.label).toBe('1 needs you')

    await control.clickNotification(title)
    await expect.poll(() => control.isWindowVisible()).toBe(true)
    const hash = () => new URL(desktop.page.url()).hash
    await expect.poll(hash).toBe(`#/servers?selected=${id}`)
    const told = (await control.notifications()).filter((notice) => notice.title === title)
    expect(told).toHaveLength(1)
  })

  test.runIf(shell.kind === 'stand-in')(
    'a link opens the window that is there, and shows what it wants',
    async () => {
      const link = 'metamcp://install?name=evil&config=eyJjb21tYW5kIjoicm0ifQ=='
      const env = { ...process.env, METAMCP_DATA_DIR: join(dir, 'data') } as Record<string, string>
      const second = await startOnStandIn({ env, args: ['--port', '0', link] }, dir)
      expect(await second.ended).toBe(0)
      const { page } = desktop
      const shown = () => new URLSearchParams(new URL(page.url()).hash.split('?')[1])
      await expect.poll(() => shown().get('link')).toBe(link)
      // Nothing was added by it.
      const { rows } = await control.tray(() => true)
      expect(rows[1]?.label).toMatch(/^1 of 2 servers/)
    },
  )

  test.runIf(shell.kind === 'stand-in')('after sleep, remote servers are looked at', async () => {
    await using remote = await openRawHttp((request, response) => {
      if (shakeHands(request, response)) return
      sendJson(response, { jsonrpc: '2.0', id: request.body.id, result: {} })
    })
    const pings = () => remote.seen.filter(({ body }) => body.method === 'ping').length
    await create({ name: 'far', type: 'STREAMABLE_HTTP', url: `${remote.origin}/mcp` })
    const initialized = () =>
      remote.seen.some(({ body }) => body.method === 'notifications/initialized')
    await expect.poll(initialized, { timeout: 10_000 }).toBe(true)
    const row = ({ label }: { label: string }) => /^2 of 3 servers/.test(label)
    await control.tray(({ rows }) => rows.some(row))
    expect(pings()).toBe(0)
    desktop.app.do({ kind: 'resume' })
    await expect.poll(pings).toBe(1)
  })

  test.runIf(shell.kind === 'stand-in')(
    'a page that dies is loaded again, and a person asked when it dies at once again',
    async () => {
      const { app, page } = desktop
      const pages = page.getByRole('navigation', { name: 'Pages' })
      await page.evaluate(() => Object.assign(window, { isOld: true }))
      const isOld = () => page.evaluate(() => 'isOld' in window).catch(() => true)
      app.do({ kind: 'crash-page' })
      await expect.poll(isOld).toBe(false)
      await pages.waitFor()
      app.do({ kind: 'crash-page' })
      const box = await app.told('message-box')
      expect(box.buttons).toEqual(['Load it again', 'Close the window'])
      expect(await pages.isVisible()).toBe(false)
      app.do({ kind: 'answer', id: box.id, response: 0 })
      await pages.waitFor()
    },
  )

  test.runIf(shell.kind === 'stand-in')(
    'a command is chosen in a dialog of the system',
    async () => {
      const { app, page } = desktop
      const { rows } = await control.tray(({ rows: all }) =>
        all.some(({ label }) => /^broken:/.test(label)),
      )
      const broken = rows.find(({ label }) => label.startsWith('broken:'))?.label ?? ''
      app.do({ kind: 'choose', path: process.execPath })
      await control.clickTray(broken)
      await page
        .getByRole('button', { name: /^Choose the command/ })
        .first()
        .click()
      await page.getByText(`broken now uses ${process.execPath}.`).waitFor()
      await control.tray(({ rows: all }) => all.some(({ label }) => /^3 of 3 servers/.test(label)))
    },
  )

  test('quitting finishes calls, says so, and ends with exit code 0', async () => {
    await using client = await connectLegacy(url, key)
    const begun = Promise.withResolvers<void>()
    const slow = { name: 'echo__slow', arguments: { steps: 3, stepMs: 500 } }
    const call = client.callTool(slow, undefined, { onprogress: () => begun.resolve() })
    await begun.promise
    await control.clickTray('Quit MetaMCP')
    await desktop.page.getByText('Finishing 1 call').waitFor()
    expect(await call).toMatchObject({ content: [{ type: 'text' }] })
    expect(await desktop.app.ended).toBe(0)
  })
})
