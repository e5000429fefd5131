import { describe, expect, test } from 'vitest'
import { ModernHeaders } from './modern-headers.ts'
import { VERSION_KEY, type Message } from './peek.ts'

const VERSION = '2026-07-28'

function request(method: string, params: object = {}): Message<'request'> {
  const all = { ...params, _meta: { [VERSION_KEY]: VERSION } }
  return { kind: 'request', id: 1, method, params: all, version: VERSION }
}

const nameOf = (method: string, params: object) =>
  new ModernHeaders().of(request(method, params))['Mcp-Name']

test('every request says version and method', () => {
  expect(new ModernHeaders().of(request('tools/list'))).toEqual({
    'MCP-Protocol-Version': VERSION,
    'Mcp-Method': 'tools/list',
  })
})

test.each([
  ['tools/call', { name: 'say' }, 'say'],
  ['prompts/get', { name: 'ask' }, 'ask'],
  ['resources/read', { uri: 'test://a b' }, 'test://a b'],
  ['tasks/get', { taskId: 't' }, 't'],
  ['completion/complete', { name: 'x' }, undefined],
  ['tools/call', { name: 7 }, undefined],
])('%s with %j is named %s', (method, params, name) => {
  expect(nameOf(method, params)).toBe(name)
})

test.each([
  ['', ''],
  ['us-west1', 'us-west1'],
  ['a\tb c', 'a\tb c'],
  ['Hello, 世界', '=?base64?SGVsbG8sIOS4lueVjA==?='],
  [' padded ', '=?base64?IHBhZGRlZCA=?='],
  ['line1\nline2', '=?base64?bGluZTEKbGluZTI=?='],
  ['=?base64?literal?=', '=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?='],
])('%j travels as %j', (name, encoded) => {
  expect(nameOf('tools/call', { name })).toBe(encoded)
})

describe('arguments that a tool wants in headers', () => {
  const tool = (name: string, properties: object) => ({
    name,
    inputSchema: { type: 'object', properties },
  })
  const region = { type: 'string', 'x-mcp-header': 'Region' }
  const call = (args: object) => request('tools/call', { name: 'sql', arguments: args })

  test('are repeated there, also nested ones, in their text form', () => {
    const headers = new ModernHeaders()
    const deep = { properties: { dry: { type: 'boolean', 'x-mcp-header': 'Dry' } } }
    const limit = { type: 'integer', 'x-mcp-header': 'Limit' }
    headers.learn(request('tools/list'), { tools: [tool('sql', { region, limit, deep })] })
    expect(headers.of(call({ region: 'ü', limit: 42, deep: { dry: false } }))).toMatchObject({
      'mcp-param-region': '=?base64?w7w=?=',
      'mcp-param-limit': '42',
      'mcp-param-dry': 'false',
    })
    const without = headers.of(call({ limit: [42], deep: null }))
    expect(Object.keys(without).filter((name) => /param/i.test(name))).toEqual([])
  })

  test('are those of the last list, of all its pages', () => {
    const headers = new ModernHeaders()
    headers.learn(request('tools/list'), { tools: [tool('old', { region })] })
    headers.learn(request('tools/list'), { tools: [tool('other', {})] })
    headers.learn(request('tools/list', { cursor: '2' }), { tools: [tool('sql', { region })] })
    expect(headers.of(call({ region: 'eu' }))).toMatchObject({ 'mcp-param-region': 'eu' })
    headers.learn(request('tools/list'), { tools: [] })
    expect(headers.of(call({ region: 'eu' }))).not.toHaveProperty('mcp-param-region')
  })

  test('are left out where the annotation names no header, or is not on the way of properties', () => {
    const headers = new ModernHeaders()
    const bad = { ...region, 'x-mcp-header': 'Re gion\r\n' }
    const items = { type: 'array', items: { properties: { region } } }
    headers.learn(request('tools/list'), { tools: [tool('sql', { bad, items }), null, {}] })
    expect(Object.keys(headers.of(call({ bad: 'x', items: [{ region: 'x' }] })))).toHaveLength(3)
  })
})
