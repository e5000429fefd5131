import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { openLog } from '../../log.ts'
import { openRegistry, type Registry } from './registry.ts'

type Listed = { server: { name: string; description?: string }; status?: string }

const starterFile = resolve(import.meta.dirname, '../../../../resources/registry-starter.json')
const npm = (identifier: string) => ({
  packages: [{ registryType: 'npm', identifier, version: '1.0.0', transport: { type: 'stdio' } }],
})

/** A registry over HTTP that answers two servers a page. */
async function startSource(servers: Listed[]) {
  const asked: URLSearchParams[] = []
  const http = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://x')
    if (pathname !== '/v0.1/servers') return void response.writeHead(404).end()
    asked.push(searchParams)
    const from = Number(searchParams.get('cursor') ?? 0)
    const page = servers.slice(from, from + 2).map(({ server, status = 'active' }) => ({
      server: { version: '1.0.0', ...server },
      _meta: { 'io.modelcontextprotocol.registry/official': { status, isLatest: true } },
    }))
    const nextCursor = from + 2 < servers.length ? String(from + 2) : undefined
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ servers: page, metadata: { count: page.length, nextCursor } }))
  })
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`
  const close = () => new Promise((done) => http.close(done).closeAllConnections())
  return { url, asked, servers, close, [Symbol.asyncDispose]: async () => void (await close()) }
}

/** Answers everything with a redirect. */
async function startRedirects(to: (path: string) => string) {
  const http = createServer(({ url = '' }, response) => {
    response.writeHead(307, { location: to(url) }).end()
  })
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`
  const close = () => new Promise((done) => http.close(done).closeAllConnections())
  return { url, [Symbol.asyncDispose]: async () => void (await close()) }
}

async function tempFolder() {
  const path = await mkdtemp(join(tmpdir(), 'metamcp-registry-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

function open(source: string, folder: string, clock: { now: number }): Registry {
  return openRegistry({
    ...{ source, file: join(folder, 'registry.jsonl'), starterFile, log: openLog('silent') },
    fetch: (url, init) => fetch(url, init),
    publish: () => {},
    now: () => clock.now,
  })
}

async function found(registry: Registry, text: string): Promise<string[]> {
  return (await registry.search(text)).results.map(({ id }) => id)
}

test('the list that is shipped is found before anybody was asked', async () => {
  await using folder = await tempFolder()
  const registry = open('http://127.0.0.1:9', folder.path, { now: 0 })
  expect((await found(registry, 'playwright'))[0]).toBe('com.microsoft/playwright-mcp')
  expect((await found(registry, '')).length).toBeGreaterThan(25)
  expect((await registry.search('')).copy).toMatchObject({ fetchedAt: null, problem: null })
})

test('it is copied once, searched without a network, and kept over a restart', async () => {
  await using folder = await tempFolder()
  await using source = await startSource([
    { server: { name: 'com.acme/weather', description: 'Forecasts', ...npm('weather-mcp') } },
    { server: { name: 'io.github.ada/stars', description: 'Star charts', ...npm('stars') } },
    { server: { name: 'io.github.ada/comets', description: 'Orbits', ...npm('comets') } },
  ])
  const clock = { now: Date.parse('2026-01-01T00:00:00Z') }
  const registry = open(source.url, folder.path, clock)
  await registry.freshen()
  expect((await registry.search('')).copy.refreshing).toBe(true)
  await registry.settled()
  expect(source.asked.map((query) => query.get('cursor'))).toEqual([null, '2'])
  expect(await found(registry, 'orbits')).toEqual(['io.github.ada/comets'])
  expect(await found(registry, 'weath')).toEqual(['com.acme/weather'])
  const { results } = await registry.search('forecasts')
  expect(results[0]).toMatchObject({ title: 'weather', runs: 'npx weather-mcp' })
  await registry.freshen()
  await registry.settled()
  expect(source.asked).toHaveLength(2)
  await registry.close()
  await source.close()

  const later = open(source.url, folder.path, { now: clock.now + 1_000 })
  expect(await found(later, 'weather')).toEqual(['com.acme/weather'])
  expect((await later.search('')).copy.fetchedAt).toBe('2026-01-01T00:00:00.000Z')
})

test('after an hour only what has changed is asked for; what was deleted goes', async () => {
  await using folder = await tempFolder()
  await using source = await startSource([
    { server: { name: 'a.b/old', description: 'aged thing' } },
    { server: { name: 'a.b/gone', description: 'aged thing' } },
  ])
  const clock = { now: Date.parse('2026-01-01T00:00:00Z') }
  const registry = open(source.url, folder.path, clock)
  await registry.freshen()
  await registry.settled()
  source.servers.splice(
    0,
    2,
    ...[
      { server: { name: 'a.b/gone' }, status: 'deleted' },
      { server: { name: 'a.b/old', description: 'aged thing' }, status: 'deprecated' },
      { server: { name: 'a.b/new', description: 'aged thing, made anew' } },
    ],
  )
  clock.now += 60 * 60_000
  await registry.freshen()
  await registry.settled()
  expect(source.asked.at(-1)?.get('updated_since')).toBe('2025-12-31T23:50:00.000Z')
  expect(source.asked.at(-1)?.get('include_deleted')).toBe('true')
  const { results } = await registry.search('aged')
  expect(results.map(({ id, deprecated }) => [id, deprecated])).toEqual([
    ['a.b/new', false],
    ['a.b/old', true],
  ])
})

test.each([
  ['elsewhere', (url: string) => (path: string) => `${url}${path}`, 'leads elsewhere, to http:'],
  ['to itself', () => (path: string) => `${path}&more`, 'from one address to the next'],
])('a registry that leads %s is not followed', async (_, to, problem) => {
  await using folder = await tempFolder()
  await using inside = await startSource([{ server: { name: 'a.b/inside' } }])
  await using source = await startRedirects(to(inside.url))
  const registry = open(source.url, folder.path, { now: 0 })
  await registry.freshen()
  await registry.settled()
  expect((await registry.search('')).copy.problem).toContain(problem)
  expect(inside.asked).toEqual([])
})

test('a registry that cannot be reached leaves the copy, and says so', async () => {
  await using folder = await tempFolder()
  const source = await startSource([{ server: { name: 'a.b/kept', description: 'kept thing' } }])
  const clock = { now: Date.parse('2026-01-01T00:00:00Z') }
  const registry = open(source.url, folder.path, clock)
  await registry.freshen()
  await registry.settled()
  await source.close()
  clock.now += 2 * 60 * 60_000
  await registry.freshen()
  await registry.settled()
  const { results, copy } = await registry.search('kept')
  expect(results).toHaveLength(1)
  expect(copy).toMatchObject({
    fetchedAt: '2026-01-01T00:00:00.000Z',
    problem: 'The registry could not be reached.',
  })
})

test('a copy that is cut off or of another registry is no copy', async () => {
  await using folder = await tempFolder()
  const file = join(folder.path, 'registry.jsonl')
  const head = (source: string) =>
    JSON.stringify({ version: 1, source, fetchedAt: '2026-01-01T00:00:00.000Z' })
  await writeFile(file, `${head('http://other')}\n{"server":{"name":"a.b/foreign"}}\n`)
  expect(await found(open('http://own', folder.path, { now: 0 }), 'foreign')).toEqual([])
  await writeFile(file, `${head('http://own')}\n{"server":{"name":"a.b/whole"}}\n{"server":{"na`)
  expect(await found(open('http://own', folder.path, { now: 0 }), 'whole')).toEqual(['a.b/whole'])
})
