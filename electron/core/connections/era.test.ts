import { expect, test } from 'vitest'
import { startEchoHttp } from '../testing/echo-definition.ts'
import type { EchoOptions } from '../testing/echo-options.ts'
import { openRawHttp, sendJson, shakeHands } from '../testing/echo-http.ts'
import { call, openEchoPools, report } from '../testing/echo-pools.ts'

const methodsIn = (seen: { body: { method?: string } }[]) =>
  seen.flatMap(({ body }) => body.method ?? [])

// Shows: stdio-probe, stdio-probe-fallback
test.each<[string, EchoOptions]>([
  ['answers with an error', {}],
  ['does not answer', { ignoreUnknown: true }],
  ['ends', { exitOnUnknown: true }],
])('a legacy server that %s when it is asked for its era is greeted as one', async (_, options) => {
  await using world = openEchoPools({ probeMs: 300 })
  const connection = await world.connect(world.define(options))
  expect(connection).toMatchObject({ era: 'legacy', isShared: true })
  expect(await call(connection, 'add', { a: 1, b: 2 })).toMatchObject({
    structuredContent: { sum: 3 },
  })
  // Nothing is said of roots, which differ between the clients.
  expect(await report(connection)).toMatchObject({
    capabilities: { sampling: {}, elicitation: { form: {}, url: {} } },
    clientInfo: { name: 'test' },
  })
})

test('a modern server is greeted by discover, also one that is slow about it', async () => {
  await using world = openEchoPools({ probeMs: 200 })
  for (const delayMs of [0, 900]) {
    const name = `modern-${delayMs}`
    const connection = await world.connect(world.define({ era: 'modern', name, delayMs }))
    expect(connection).toMatchObject({
      era: 'modern',
      hello: { protocolVersion: '2026-07-28', serverInfo: { name } },
    })
    expect(connection.hello['supportedVersions']).toContain('2026-07-28')
    expect(await call(connection, 'echo', { message: 'hi' })).toMatchObject({
      resultType: 'complete',
    })
  }
})

// Shows: version-era-cached
test('what is remembered decides who is greeted how, and being wrong costs only a question', async () => {
  await using world = openEchoPools({
    knownEra: (id) => (id.startsWith('was-legacy') ? 'legacy' : 'modern'),
  })
  const known = world.define({ name: 'was-legacy', exitOnUnknown: true })
  const first = await world.connect(known)
  // The first of our ids: nothing was asked before.
  expect(await call(first, 'reflect')).toMatchObject({ structuredContent: { id: 2 } })
  const upgraded = world.define({ name: 'was-legacy-once', era: 'modern' })
  expect(await world.connect(upgraded)).toMatchObject({ era: 'modern' })
  const downgraded = world.define({ name: 'was-modern' })
  expect(await world.connect(downgraded)).toMatchObject({ era: 'legacy' })
})

test('the era of the last connection is remembered, until the definition changes', async () => {
  await using world = openEchoPools({ firstRestartDelayMs: 0 })
  const id = world.define()
  const first = await world.connect(id)
  expect(await call(first, 'reflect')).toMatchObject({ structuredContent: { id: 3 } })
  await call(first, 'exit').catch(() => {})
  expect(await call(await world.connect(id), 'reflect')).toMatchObject({
    structuredContent: { id: 2 },
  })
  world.define({ era: 'modern' })
  expect(await world.connect(id)).toMatchObject({ era: 'modern' })
})

// Shows: meta-sent, meta-client-info
test('each modern request says for itself who asks, in the place of what its caller said', async () => {
  await using world = openEchoPools()
  const connection = await world.connect(world.define({ era: 'modern' }))
  const key = (name: string) => `io.modelcontextprotocol/${name}`
  const params = {
    name: 'reflect',
    _meta: { progressToken: 'p', [key('protocolVersion')]: '1900-01-01', 'x-trace': { a: 1 } },
  }
  const client = { capabilities: { roots: {} }, info: { name: 'caller', version: '7' } }
  const seen = await connection.request('tools/call', params, { client, logLevel: 'debug' })
  const { id, params: sent } = seen['structuredContent'] as { id: number; params: typeof params }
  expect(sent._meta).toEqual({
    progressToken: id,
    'x-trace': { a: 1 },
    [key('protocolVersion')]: '2026-07-28',
    [key('clientCapabilities')]: { roots: {} },
    [key('clientInfo')]: client.info,
    [key('logLevel')]: 'debug',
  })

  const ours = await call(connection, 'reflect')
  expect(ours['structuredContent']).toMatchObject({
    params: { _meta: { [key('clientCapabilities')]: {}, [key('clientInfo')]: { name: 'test' } } },
  })
  expect(JSON.stringify(ours)).not.toContain('logLevel')
})

test('over HTTP a modern server is told by its answer, a legacy one by any other', async () => {
  await using modern = await startEchoHttp({ era: 'modern', name: 'modern' })
  await using legacy = await startEchoHttp({ name: 'legacy' })
  await using world = openEchoPools()
  const [one, two] = await Promise.all(
    [modern, legacy].map((server) => world.connect(world.defineServer(server.definition()))),
  )
  expect([one?.era, two?.era]).toEqual(['modern', 'legacy'])
  for (const connection of [one, two]) {
    const answer = await connection?.request('tools/call', {
      name: 'add',
      arguments: { a: 1, b: 1 },
    })
    expect(answer).toMatchObject({ structuredContent: { sum: 2 } })
  }
})

// Shows: http-probe, version-retry
test('a modern server of other versions only is not asked for the older handshake', async () => {
  await using server = await openRawHttp(({ body: { id } }, response) => {
    const data = { supported: ['2031-01-01', '2030-01-01'], requested: '2026-07-28' }
    const error = { code: -32022, message: 'Unsupported protocol version', data }
    response.writeHead(400, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ jsonrpc: '2.0', id, error }))
  })
  await using world = openEchoPools()
  world.defineServer({ type: 'STREAMABLE_HTTP', name: 'newer', url: server.origin })
  await expect(world.pools.lease('newer')).rejects.toMatchObject({
    reason: expect.stringMatching(
      /^It speaks the protocol versions 2031-01-01, 2030-01-01; we speak 2026-07-28, 2025-11-25,/,
    ) as string,
  })
  expect(methodsIn(server.seen)).toEqual(['server/discover'])
})

test('a server of both eras that has no modern version of ours takes the handshake', async () => {
  await using server = await openRawHttp((request, response) => {
    const { id, method } = request.body
    if (shakeHands(request, response)) return
    const result = { supportedVersions: ['2031-01-01', '2025-06-18'], capabilities: {} }
    sendJson(response, { jsonrpc: '2.0', id, result: method === 'server/discover' ? result : {} })
  })
  await using world = openEchoPools()
  const definition = { type: 'STREAMABLE_HTTP' as const, name: 'both', url: server.origin }
  const connection = await world.connect(world.defineServer(definition))
  expect(connection).toMatchObject({ era: 'legacy', hello: { protocolVersion: '2025-06-18' } })
})

test.each([401, 403])('HTTP %i says nothing about the era', async (status) => {
  await using server = await openRawHttp((_, response) => void response.writeHead(status).end())
  await using world = openEchoPools()
  world.defineServer({ type: 'STREAMABLE_HTTP', name: 'closed', url: server.origin })
  await expect(world.pools.lease('closed')).rejects.toMatchObject({ name: 'ServerDown' })
  expect(methodsIn(server.seen)).toEqual(['server/discover'])
})

// Shows: cancel-initialize
test('a greeting that takes too long is not cancelled by a message', async () => {
  await using server = await openRawHttp(({ body }, response) => {
    if (body.method !== 'initialize') response.writeHead(404).end()
  })
  await using world = openEchoPools()
  const definition = { type: 'STREAMABLE_HTTP' as const, name: 'hanging', url: server.origin }
  world.defineServer({ ...definition, startTimeoutMs: 500 })
  await expect(world.pools.lease('hanging')).rejects.toMatchObject({
    reason: expect.stringContaining('waiting for its answer to initialize') as string,
  })
  await world.pools.close()
  expect(methodsIn(server.seen)).toEqual(['server/discover', 'initialize'])
})
