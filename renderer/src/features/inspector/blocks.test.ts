import { describe, expect, test } from 'vitest'
import { blocksOf, tableOf, textKind } from './blocks.ts'

const kinds = (content: unknown[]) => blocksOf('tools', { content }).map(({ kind }) => kind)

describe('what came back, part by part', () => {
  test('of a tool', () => {
    expect(
      kinds([
        { type: 'text', text: 'a' },
        { type: 'image', data: 'AA==', mimeType: 'image/png' },
        { type: 'audio', data: 'AA==', mimeType: 'audio/wav' },
        { type: 'resource', resource: { uri: 'x:a', text: 'b' } },
        { type: 'resource', resource: { uri: 'x:b', blob: 'AA==', mimeType: 'image/gif' } },
        { type: 'resource', resource: { uri: 'x:c', blob: 'AA==', mimeType: 'application/zip' } },
        { type: 'resource_link', uri: 'x:d', name: 'd' },
        { type: 'x-hologram' },
      ]),
    ).toEqual(['text', 'image', 'audio', 'text', 'image', 'file', 'link', 'unknown'])
  })

  test.each(['text/html', 'image/png" onerror="x', 'image/png;x', 7])(
    'what calls itself an image of type %j is none',
    (mimeType) => {
      expect(kinds([{ type: 'image', data: 'AA==', mimeType }])).toEqual(['unknown'])
    },
  )

  test('of a prompt and a resource; what is no part is left out', () => {
    const content = { type: 'text', text: 'a' }
    const messages = [{ role: 'user', content }, 7, { role: 'assistant', content: [content] }]
    expect(blocksOf('prompts', { messages }).map(({ role }) => role)).toEqual(['user', 'assistant'])
    const contents = [{ uri: 'x:a', text: 'b', mimeType: 'text/plain' }]
    expect(blocksOf('resources', { contents })).toMatchObject([{ kind: 'text', uri: 'x:a' }])
    expect(blocksOf('tools', { content: 'x' })).toEqual([])
  })
})

test.each([
  ['json', '{"a": 1}', null],
  ['plain', '{ not json', null],
  ['markdown', '# Title\n\ntext', null],
  ['markdown', 'see [this](https://example.com)', null],
  ['markdown', '- a\n- b', null],
  ['markdown', 'text', 'text/markdown'],
  ['plain', '# a comment', 'text/x-python'],
  ['plain', 'just a sentence, 3 * 4 * 5', null],
])('a text is %s: %s', (kind, text, mimeType) => {
  expect(textKind({ text, mimeType })).toBe(kind)
})

test('flat lists are tables', () => {
  const rows = [
    { a: 1, b: 'x' },
    { a: 2, c: null },
  ]
  expect(tableOf(rows)).toEqual({ name: null, columns: ['a', 'b', 'c'], rows })
  expect(tableOf({ issues: rows })).toMatchObject({ name: 'issues' })
  for (const none of [[], {}, [1], [{ a: {} }], { a: rows, b: 1 }, 'x', null, [{}]]) {
    expect(tableOf(none)).toBe(null)
  }
})
