import { expect, test } from 'vitest'
import type { Connection } from '../connections/connection.ts'
import { RpcError, type JsonObject } from '../json-rpc.ts'
import { readCatalog } from './read-catalog.ts'

const ALL = new Set(['tools', 'prompts', 'resources'] as const)

/** A connection that answers as told. */
function answering(answer: (method: string, params?: JsonObject) => JsonObject): Connection {
  const capabilities = { tools: {}, prompts: {}, resources: {} }
  return {
    era: 'legacy',
    isShared: true,
    hello: { capabilities },
    pid: null,
    closed: new Promise(() => undefined),
    close: () => Promise.resolve(),
    notify: () => Promise.resolve(),
    request: (method, params) =>
      new Promise((resolve) => {
        resolve(answer(method, params))
      }),
  }
}

// Shows: pagination-end, pagination-opaque, pagination-empty
test('reads all pages, and ends where a cursor comes again', async () => {
  const asked: unknown[] = []
  const connection = answering((method, params) => {
    if (method !== 'tools/list') return {}
    asked.push(params?.cursor)
    return { tools: [{ name: `t${asked.length}` }], nextCursor: asked.length === 1 ? '' : 'again' }
  })
  const { tools } = (await readCatalog(connection, null, ALL)).catalog
  expect(tools).toEqual([{ name: 't1' }, { name: 't2' }, { name: 't3' }])
  expect(asked).toEqual([undefined, '', 'again'])
})

test('one list that fails hides none of the others, and stays as it was known', async () => {
  const connection = answering((method) => {
    if (method === 'prompts/list') throw new RpcError(-32603, 'backend is down')
    return method === 'tools/list' ? { tools: [{ name: 't' }] } : {}
  })
  const known = {
    hello: {},
    tools: [],
    prompts: [{ name: 'p' }],
    resources: [],
    resourceTemplates: [],
  }
  const { catalog, failures } = await readCatalog(connection, known, ALL)
  expect(catalog.tools).toEqual([{ name: 't' }])
  expect(catalog.prompts).toEqual([{ name: 'p' }])
  expect([...failures.keys()]).toEqual(['prompts'])
})

test('with nothing to show, the failure is told', async () => {
  const connection = answering(() => {
    throw new RpcError(-32603, 'backend is down')
  })
  await expect(readCatalog(connection, null, ALL)).rejects.toThrow('backend is down')
})

test('what a server does not declare is not asked for', async () => {
  const asked: string[] = []
  const connection = answering((method) => {
    asked.push(method)
    return {}
  })
  await readCatalog({ ...connection, hello: { capabilities: { tools: {} } } }, null, ALL)
  expect(asked).toEqual(['tools/list'])
})
