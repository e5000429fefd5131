import { expect, test } from 'vitest'
import { startEchoHttp } from './echo-definition.ts'
import { openRawStdio, postRaw, readReply } from './echo-raw.ts'

const HELLO = {
  id: 0,
  method: 'initialize',
  params: {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'raw', version: '1' },
  },
}

async function openSession(url: string): Promise<Record<string, string>> {
  const { headers } = await postRaw(url, HELLO)
  return {
    'mcp-session-id': headers.get('mcp-session-id') ?? '',
    'mcp-protocol-version': '2025-11-25',
  }
}

const call = (name: string, args = {}, id: unknown = 1) => ({
  ...{ id, method: 'tools/call' },
  params: { name, arguments: args },
})

test('HTTP: sessions are wanted, known and ended; foreign pages are kept out', async () => {
  await using server = await startEchoHttp()
  const { url } = server
  const session = await openSession(url)
  const ping = { id: 1, method: 'ping' }
  expect(await postRaw(url, ping, session)).toMatchObject({
    status: 200,
    messages: [{ result: {} }],
  })
  expect((await postRaw(url, ping)).status).toBe(400)
  expect((await postRaw(url, ping, { 'mcp-session-id': 'x' })).status).toBe(404)
  expect((await postRaw(url, ping, { ...session, origin: 'http://evil.example' })).status).toBe(403)
  expect((await fetch(url, { method: 'DELETE', headers: session })).status).toBe(204)
  expect((await postRaw(url, ping, session)).status).toBe(404)
})

test('HTTP: a stream that broke off is resumed after the last event seen', async () => {
  await using server = await startEchoHttp()
  const session = await openSession(server.url)
  const first = await postRaw(server.url, call('drop_stream', { before: 2, after: 1 }), session)
  expect(first.messages.map(({ params }) => params?.['data'])).toEqual([{ index: 0 }, { index: 1 }])
  expect(first.text).toMatch(/^id: \S+_0\nretry: \d+\ndata: \n\n/)

  const last = [...first.text.matchAll(/^id: (\S+)$/gm)].map(([, id]) => id)
  const resume = async (id: string | undefined) => {
    const headers = { ...session, accept: 'text/event-stream', 'last-event-id': id ?? '' }
    return readReply(await fetch(server.url, { headers }))
  }
  const rest = await resume(last.at(-1))
  expect(rest.messages).toMatchObject([
    { params: { data: { index: 2 } } },
    { id: 1, result: { content: [{ text: 'dropped' }] } },
  ])
  expect((await resume(last[1])).messages).toHaveLength(3)
})

test('numbers no double can hold are written and read digit by digit', async () => {
  await using server = openRawStdio({})
  server.send(call('unknown_content', { bytes: 100_000 }))
  await server.until(({ id }) => id === 1)
  expect(server.lines[0]).toContain(
    '"negative":-9007199254740993123,"decimal":0.1234567890123456789',
  )
  expect(server.lines[0]?.length).toBeGreaterThan(100_000)
  server.send(call('reflect_raw', { x: 1 }, 2))
  const { result } = await server.until(({ id }) => id === 2)
  const text = JSON.stringify({ jsonrpc: '2.0', ...call('reflect_raw', { x: 1 }, 2) })
  expect(result).toEqual({ content: [{ type: 'text', text }] })
})

test('asks when no call is in flight, and tells what it heard', async () => {
  await using server = openRawStdio({})
  server.send(call('ask_later', { method: 'roots/list' }))
  const asked = await server.until(({ method }) => method === 'roots/list')
  expect(server.lines).toHaveLength(2)
  server.send({ id: asked.id, result: { roots: [] } })
  server.send(call('asked', {}, 2))
  expect(await server.until(({ id }) => id === 2)).toMatchObject({
    result: { structuredContent: { answers: [{ result: { roots: [] } }] } },
  })
})

test('takes back what it asked for: of its own accord, and when its call is cancelled', async () => {
  await using server = openRawStdio({})
  server.send(call('ask', { method: 'sampling/createMessage', cancelAfterMs: 1 }))
  const cancelled = await server.until(({ method }) => method === 'notifications/cancelled')
  expect(cancelled.params).toMatchObject({ requestId: 'ask-1' })
  expect(await server.until(({ id }) => id === 1)).toMatchObject({
    result: { structuredContent: { error: { message: 'cancelled by the server' } } },
  })
  server.send(call('ask', { method: 'sampling/createMessage' }, 2))
  await server.until(({ id }) => id === 'ask-2')
  server.send({ method: 'notifications/cancelled', params: { requestId: 2 } })
  await server.until(({ params }) => params?.['requestId'] === 'ask-2')
})

test('a URL has to be visited first', async () => {
  await using server = openRawStdio({})
  server.send(call('url_required'))
  expect((await server.until(({ id }) => id === 1)).error).toMatchObject({
    code: -32042,
    data: { elicitations: [{ mode: 'url', elicitationId: 'sign-in' }] },
  })
  server.send(call('complete_url', {}, 2))
  await server.until(({ method }) => method === 'notifications/elicitation/complete')
  server.send(call('url_required', {}, 3))
  expect((await server.until(({ id }) => id === 3)).result).toMatchObject({
    content: [{ text: 'signed in' }],
  })
})

test('does not answer what comes before initialize, or leaves', async () => {
  const probe = { id: 'probe', method: 'server/discover' }
  await using silent = openRawStdio({ ignoreUnknown: true })
  silent.send(probe)
  silent.send(HELLO)
  expect(await silent.until(() => true)).toMatchObject({ id: 0 })
  await using gone = openRawStdio({ exitOnUnknown: true })
  gone.send(probe)
  expect(await gone.exited).toBe(1)
  await using plain = openRawStdio({})
  plain.send(probe)
  expect(await plain.until(() => true)).toMatchObject({ error: { code: -32601 } })
})
