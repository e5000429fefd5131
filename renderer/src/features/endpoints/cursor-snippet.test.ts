import { expect, test } from 'vitest'
import { cursorSnippet } from './cursor-snippet.ts'

const url = 'http://127.0.0.1:12008/metamcp/default/mcp'

test('names the URL, and the key where one is needed', () => {
  const closed = cursorSnippet({ name: 'default', url, needsKey: true }, 'sk_mt_x')
  expect(JSON.parse(closed)).toEqual({
    mcpServers: { metamcp: { url, headers: { Authorization: 'Bearer sk_mt_x' } } },
  })
  const open = cursorSnippet({ name: 'default', url, needsKey: false }, 'sk_mt_x')
  expect(JSON.parse(open)).toEqual({ mcpServers: { metamcp: { url } } })
})
