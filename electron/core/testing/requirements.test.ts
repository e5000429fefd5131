import { globSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readCitations } from './requirements/citations.ts'
import { pages } from './requirements/pages.ts'
import { requirements } from './requirements.ts'

const root = resolve(import.meta.dirname, '../../..')
const ids = requirements.map(({ id }) => id)

const citations = globSync('{electron,renderer,shared,scripts}/**/*.test.{ts,tsx}', {
  cwd: root,
}).flatMap((file) =>
  readCitations(readFileSync(resolve(root, file), 'utf8')).map((citation) => ({
    ...citation,
    at: `${file}:${String(citation.line)}`,
  })),
)

describe('the list', () => {
  test('has each id once, in small letters and dashes', () => {
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([])
    expect(ids.filter((id) => !/^[a-z0-9]+(-[a-z0-9]+)+$/.test(id))).toEqual([])
  })

  test('says of each who is bound, how strictly, and to what', () => {
    const unreadable = requirements.filter(({ side, level, text }) => !side || !level || !text)
    expect(unreadable.map(({ id }) => id)).toEqual([])
  })

  test('names sections that the specification has', () => {
    const exists = (revision: keyof typeof pages, section: string) => {
      const [page = '', anchor = ''] = section.split('#')
      return pages[revision][page]?.split(/\s+/).includes(anchor) ?? false
    }
    const lost = requirements.filter(
      ({ revisions, section }) => !revisions.some((revision) => exists(revision, section)),
    )
    expect(lost.map(({ id, section }) => `${id}: ${section}`)).toEqual([])
  })
})

describe('the citations', () => {
  test('name requirements that exist', () => {
    const unknown = citations.flatMap(({ ids: cited, at }) =>
      cited.filter((id) => !ids.includes(id)).map((id) => `${at}: ${id}`),
    )
    expect(unknown).toEqual([])
  })

  test('stand directly above a test that runs', () => {
    expect(citations.filter(({ counts }) => !counts).map(({ at }) => at)).toEqual([])
  })

  test('leave no requirement out', () => {
    const shown = new Set(
      citations.filter(({ counts }) => counts).flatMap((citation) => citation.ids),
    )
    expect(ids.filter((id) => !shown.has(id))).toEqual([])
  })
})

describe('reading citations', () => {
  const read = (...lines: string[]) => readCitations(lines.join('\n'))

  test.each(["test('…'", 'test.each([', "  it('…'", "describe('…'", 'test.each<[string]>(['])(
    'a line above %s counts, with others between them',
    (call) => {
      const source = ['// Shows: a, b', '// Shows: c', '// And why.', call]
      expect(read(...source)).toEqual([
        { ids: ['a', 'b'], line: 1, counts: true },
        { ids: ['c'], line: 2, counts: true },
      ])
    },
  )

  test.each([
    { source: ["test.skip('…'"] },
    { source: ["test.todo('…'"] },
    { source: ["test.skipIf(x)('…'"] },
    { source: ['const x = 1'] },
    { source: ['', "test('…'"] },
    { source: [] },
    { source: ["test('…'", "describe.skip('…'"] },
  ])('a line above $source does not', ({ source }) => {
    expect(read('// Shows: a', ...source)).toEqual([{ ids: ['a'], line: 1, counts: false }])
  })
})
