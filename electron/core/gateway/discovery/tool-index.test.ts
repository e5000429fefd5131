import { describe, expect, test } from 'vitest'
import { measureRecall, readTools } from '../../../../bench/search/recall.ts'
import { wordsOf, wordsOfQuestion } from './search-words.ts'
import { indexTools } from './tool-index.ts'

describe('over the definitions of real servers', () => {
  test('there are enough tools and questions to say anything', async () => {
    expect(readTools().length).toBeGreaterThanOrEqual(300)
    const { questions } = await measureRecall('questions')
    expect(questions).toBeGreaterThanOrEqual(100)
  })

  test.each(['questions', 'held-out'] as const)(
    'most of %s find a right tool among the first five',
    async (set) => {
      const { at5 } = await measureRecall(set)
      expect(at5).toBeGreaterThanOrEqual(0.85)
    },
  )

  // Nothing was chosen by these: they say what to expect of others' words, and must not get worse.
  test.each(['drawn', 'drawn-later'] as const)('so do as many of %s as ever', async (set) => {
    const { at5, at10 } = await measureRecall(set)
    expect(at5).toBeGreaterThanOrEqual(0.7)
    expect(at10).toBeGreaterThanOrEqual(0.75)
  })
})

test('names, endings and scripts without spaces are cut into the same words', () => {
  expect(wordsOf('getPullRequests')).toEqual(wordsOf('getting the_pull-request').toSpliced(1, 1))
  expect(wordsOf('HTTPServer v2')).toEqual(['http', 'server', 'v2'])
  expect(wordsOf('created, creates, creation')).toEqual(['creat', 'creat', 'creat'])
  expect(wordsOf('queries classes')).toEqual(['query', 'class'])
  expect(wordsOf('天气预报')).toEqual(['天气', '气预', '预报'])
  expect(wordsOfQuestion('please show me the screen shot')).toContain('screenshot')
  expect(wordsOfQuestion('the')).toEqual(['the'])
})

test('the title, parameters inside of others and slips of the pen count', async () => {
  const inside = { properties: { zebra: { description: 'Stripes of an okapi' } } }
  const index = await indexTools([
    { name: 'a', annotations: { title: 'Translate' } },
    { name: 'b', inputSchema: { properties: { list: { items: inside } } } },
    { name: 'c', description: 'Converts currencies' },
  ])
  expect(index.search('translation', 1)).toEqual([0])
  expect(index.search('zebra', 1)).toEqual([1])
  expect(index.search('okapi', 1)).toEqual([1])
  expect(index.search('curency', 1)).toEqual([2])
  expect(index.search('anything else', 1)).toEqual([])
})

test('who says a tool’s name gets that one first', async () => {
  const index = await indexTools([
    { name: 'note_create_create', description: 'create a note' },
    { name: 'create_note', description: 'x' },
    { name: 'a', description: 'create create_note note' },
  ])
  expect(index.search(' Create_Note ', 2)[0]).toBe(1)
  expect(index.search('Create_Note', 3)).toHaveLength(3)
})

test('a server’s odd definitions do no harm', async () => {
  const properties: Record<string, unknown> = {}
  properties['self'] = { properties }
  const index = await indexTools([
    { name: 1, title: null, description: { a: 1 }, inputSchema: { properties: null } },
    { name: '__proto__', description: 'constructor prototype', inputSchema: { properties } },
    { name: 'x'.repeat(100_000), description: 'y '.repeat(100_000) },
  ])
  expect(index.search('constructor', 1)).toEqual([1])
  expect(index.search('word '.repeat(10_000), 1)).toEqual([])
})
