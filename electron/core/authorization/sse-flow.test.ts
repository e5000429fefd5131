import { auth } from '@modelcontextprotocol/client'
import { expect, test } from 'vitest'
import { echoServer } from '../testing/echo-definition.ts'
import { connectWith, MemoryProvider } from '../testing/scripted-oauth.ts'
import { signUp } from '../testing/temp-accounts.ts'
import { configFileOf, startTempCore } from '../testing/temp-core.ts'
import { allow, REDIRECT_URI, tokenStatus } from '../testing/temp-grant.ts'

const FILE = configFileOf([echoServer({ tools: 2 })], { auth: { oauth: true } })
const CALL = { name: 'echo__echo', arguments: { message: 'hello' } }

test('a client that knows HTTP+SSE alone signs in by that address, to the same endpoint', async () => {
  await using core = await startTempCore({ auth: 'accounts', file: FILE })
  const ada = await signUp(core, 'ada')
  const provider = new MemoryProvider(REDIRECT_URI)
  const url = new URL('sse', core.mcpUrl())
  const metadataUrl = `${core.url}/.well-known/oauth-protected-resource/metamcp/default/sse`
  for (const [path, method] of [
    ['sse', 'GET'],
    ['message?sessionId=x', 'POST'],
  ] as const) {
    const refused = await fetch(new URL(path, core.mcpUrl()), { method })
    expect(refused.status).toBe(401)
    expect(refused.headers.get('www-authenticate')).toContain(`resource_metadata="${metadataUrl}"`)
  }
  const metadata: unknown = await (await fetch(metadataUrl)).json()
  expect(metadata).toMatchObject({ resource: url.href, authorization_servers: [core.url] })

  await expect(connectWith(url, provider)).rejects.toThrow(/Unauthorized/i)
  expect(provider.opened?.searchParams.get('resource')).toBe(url.href)
  const back = await allow(core, ada, provider.opened ?? '')
  const authorizationCode = back.searchParams.get('code') ?? ''
  const iss = back.searchParams.get('iss') ?? ''
  expect(await auth(provider, { serverUrl: url, authorizationCode, iss })).toBe('AUTHORIZED')
  await using client = await connectWith(url, provider)
  expect(JSON.stringify(await client.callTool(CALL))).toContain('hello')
  expect(await ada.trpc.authorization.grants.query()).toMatchObject([{ endpoints: ['default'] }])

  // The same when it renews its token; which is good for the endpoint, whichever way one comes.
  const first = provider.kept?.access_token
  expect(await auth(provider, { serverUrl: url })).toBe('AUTHORIZED')
  const next = provider.kept?.access_token ?? ''
  expect(next).not.toBe(first)
  expect(await tokenStatus(core.mcpUrl(), next)).toBe(200)
  await using later = await connectWith(url, provider)
  expect(JSON.stringify(await later.callTool(CALL))).toContain('hello')
})
