import { expect, test } from 'vitest'
import { modernHeaders } from './modern-request.ts'

// Shows: http-headers-sent, http-base64-name
test.each([
  ['tools/call', { name: 'weather' }, 'weather'],
  ['prompts/get', { name: ' padded ' }, '=?base64?IHBhZGRlZCA=?='],
  ['resources/read', { uri: 'file:///a b' }, 'file:///a b'],
  ['tools/call', { name: '=?base64?literal?=' }, '=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?='],
  ['tools/call', { name: 'line1\nline2' }, '=?base64?bGluZTEKbGluZTI=?='],
  ['tasks/get', { taskId: 't1' }, 't1'],
  ['tasks/cancel', { taskId: 't1' }, 't1'],
  ['tools/call', { name: ['x'] }, undefined],
  ['constructor', { name: 'x' }, undefined],
])('%s of %o is called %s in its header', (method, params, name) => {
  expect(modernHeaders({ jsonrpc: '2.0', id: 1, method, params }, '2026-07-28')).toEqual({
    'MCP-Protocol-Version': '2026-07-28',
    'Mcp-Method': method,
    ...(name !== undefined && { 'Mcp-Name': name }),
  })
})
