import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { chmod, readFile, rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { echoServer } from '../testing/echo-definition.ts'
import { openTempAccounts } from '../testing/temp-accounts.ts'
import { configFileOf, startTempCore } from '../testing/temp-core.ts'
import { allow, openTempGrant, tokenStatus } from '../testing/temp-grant.ts'
import { openTempHome } from '../testing/temp-home.ts'

/* mcp-remote, as it is on npm: a program that has no browser of its own. */

const MCP_REMOTE = resolve(import.meta.dirname, '../../../node_modules/mcp-remote/dist/proxy.js')
const FILE = configFileOf([echoServer({ tools: 2 })], { auth: { oauth: true } })
const CALL = { name: 'echo__echo', arguments: { message: 'hello' } }

test('mcp-remote goes from 401 to a call, renews its token, and must ask again once revoked', async () => {
  const times = { accessTokenS: 4 }
  await using core = await startTempCore({ auth: 'accounts', file: FILE, times })
  const { ben, cara } = await openTempAccounts(core)
  await using browser = await openFakeBrowser()

  const client = new Client({ name: 'stdio', version: '1' })
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [MCP_REMOTE, core.mcpUrl().href, '--transport', 'http-only'],
    env: browser.env,
    stderr: 'ignore',
  })
  await using _closing = { [Symbol.asyncDispose]: () => client.close() }
  const connected = client.connect(transport, { timeout: 60_000 })
  const opened = await browser.next()
  const back = await allow(core, ben, opened)
  // To mcp-remote itself, which listens on a port of this computer.
  expect((await fetch(back)).status).toBe(200)
  await connected
  expect(JSON.stringify(await client.callTool(CALL))).toContain('hello')

  // As old as its own, or younger.
  const { accessToken } = await openTempGrant(core, cara)
  await expect.poll(() => tokenStatus(core.mcpUrl(), accessToken), { timeout: 10_000 }).toBe(401)
  expect(JSON.stringify(await client.callTool(CALL))).toContain('hello')

  const [grant] = await ben.trpc.authorization.grants.query()
  expect(grant?.redirectHosts).toEqual([back.host])
  await ben.trpc.authorization.revoke.mutate({ clientId: grant?.clientId ?? '' })
  const refused = client.callTool(CALL, undefined, { timeout: 10_000 })
  const isRefused = refused.then(
    () => 'answered',
    () => 'refused',
  )
  const isAsked = browser.next().then(() => 'asked anew')
  expect(await Promise.race([isRefused, isAsked])).not.toBe('answered')
}, 60_000)

/** What opens pages for a program: takes a note of the address, and opens nothing. */
async function openFakeBrowser() {
  const home = await openTempHome()
  const noteFile = home.path('opened')
  const script = `#!/bin/sh\nprintf '%s' "$1" > '${noteFile}.part' && mv '${noteFile}.part' '${noteFile}'\n`
  await home.put({ 'bin/xdg-open': script, 'bin/gio': script, 'bin/www-browser': script })
  for (const name of ['xdg-open', 'gio', 'www-browser'])
    await chmod(home.path(`bin/${name}`), 0o755)
  const env = {
    HOME: home.machine.home,
    PATH: `${home.path('bin')}:${process.env['PATH'] ?? ''}`,
    BROWSER: home.path('bin/xdg-open'),
    MCP_REMOTE_CONFIG_DIR: home.path('mcp-auth'),
  }
  return {
    env,
    /** The address that is opened next. */
    async next(): Promise<string> {
      let address = ''
      await expect
        .poll(async () => (address = await readFile(noteFile, 'utf8').catch(() => '')), {
          timeout: 40_000,
        })
        .not.toBe('')
      await rm(noteFile)
      return address
    },
    [Symbol.asyncDispose]: () => home[Symbol.asyncDispose](),
  }
}
