import { expect, test } from 'vitest'
import type { ServerCatalog } from '../../../shared/catalog.ts'
import { buildCatalog, ORIGIN, type CatalogPart } from './catalog.ts'

function part(server: string, offered: Partial<ServerCatalog>, on = true): CatalogPart {
  const hello = { capabilities: { tools: {}, resources: {} } }
  const none = { tools: [], prompts: [], resources: [], resourceTemplates: [] }
  return { serverId: `id-${server}`, server, on, catalog: { hello, ...none, ...offered } }
}

// Shows: tools-order
test('lists servers in namespace order, then in each server’s own order', () => {
  const catalog = buildCatalog(
    [
      part('b', { tools: [{ name: 'z' }, { name: 'a' }] }),
      part('a', { tools: [{ name: 'm' }], prompts: [{ name: 'p' }] }),
    ],
    true,
  )
  expect(catalog.tools.map((tool) => tool.name)).toEqual(['b__z', 'b__a', 'a__m'])
  expect(catalog.prompts.map((prompt) => prompt.name)).toEqual(['a__p'])
})

test('keeps every field of a definition, and never serialises where it comes from', () => {
  const tool = { name: 'x', inputSchema: { type: 'object' }, _meta: { a: 1 }, novel: [1] }
  const [listed] = buildCatalog([part('s', { tools: [tool] })], true).tools
  expect(JSON.parse(JSON.stringify(listed))).toEqual({ ...tool, name: 's__x' })
  expect(listed?.[ORIGIN]).toEqual({ serverId: 'id-s', server: 's', name: 'x' })
})

test('resolves names by looking them up, whatever separators they hold', () => {
  const catalog = buildCatalog([part('s', { tools: [{ name: 'a__b' }, { name: '_c' }] })], true)
  expect(catalog.tool('s__a__b')?.name).toBe('a__b')
  expect(catalog.tool('s___c')?.name).toBe('_c')
  expect(catalog.tool('a__b')).toBeUndefined()
  expect(catalog.tool('constructor')).toBeUndefined()
})

test('a server that is off takes part in naming, so that a switch renames nothing of others', () => {
  const tools = [{ name: 'read' }]
  const both = [part('one', { tools }), part('two', { tools })]
  const names = (parts: CatalogPart[]) => buildCatalog(parts, false).tools.map((tool) => tool.name)
  expect(names(both)).toEqual(['read', 'two__read'])
  expect(names([part('one', { tools }, false), part('two', { tools })])).toEqual(names(both))
})

test('drops items without a usable name, and the second of two with one name', () => {
  const tools = [{ name: 'a' }, { name: 'a', title: 'again' }, { name: 5 }, {}, { name: '' }]
  expect(buildCatalog([part('s', { tools })], true).tools).toHaveLength(1)
})

test('the first server in order that is on owns a resource’s URI', () => {
  const resources = [{ uri: 'file:///a', name: 'a' }]
  const parts = [
    part('off', { resources }, false),
    part('first', { resources }),
    part('second', { resources }),
  ]
  const catalog = buildCatalog(parts, true)
  expect(catalog.resources).toHaveLength(1)
  expect(catalog.resource('file:///a').map((origin) => origin.server)).toEqual(['first'])
})

test('finds who may know a URI that nobody lists: by template, then by scheme', () => {
  const parts = [
    part('files', { resources: [{ uri: 'file:///a', name: 'a' }] }),
    part('demo', { resourceTemplates: [{ uriTemplate: 'demo://item/{id}', name: 't' }] }),
    part('other', { resources: [{ uri: 'demo://index', name: 'i' }] }),
  ]
  const asked = (uri: string) =>
    buildCatalog(parts, true)
      .resource(uri)
      .map((origin) => origin.server)
  expect(asked('demo://item/7')).toEqual(['demo', 'other'])
  expect(asked('file:///b')).toEqual(['files'])
  expect(asked('secret://x')).toEqual([])
})

test('with one server that has resources, every unlisted URI is meant for it', () => {
  expect(buildCatalog([part('only', {})], true).resource('x:y')).toHaveLength(1)
})
