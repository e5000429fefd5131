import { mkdirSync, mkdtempDisposableSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { FIRST_PAGE_KB, LAZY_PAGE_KB, pageSizes } from './page-size.ts'

const folder = resolve(import.meta.dirname, '../out/renderer')

test('no page of the window makes a person wait for more JavaScript than promised', () => {
  const sizes = pageSizes(folder)
  expect(sizes[0]).toMatchObject({ page: 'the first page', limitKb: FIRST_PAGE_KB })
  expect(sizes.map(({ page }) => page)).toContain('src/features/servers/page.tsx')
  expect(sizes.filter(({ kb, limitKb }) => kb > limitKb)).toEqual([])
})

test('what a part shares with the first page counts once, and what it alone needs with it', () => {
  using made = mkdtempDisposableSync(join(tmpdir(), 'page-size-'))
  const file = (name: string, kb: number) =>
    writeFileSync(join(made.path, name), randomBytes(kb * 1_000))
  mkdirSync(join(made.path, '.vite'))
  const manifest = {
    'index.html': { file: 'index.js', isEntry: true, imports: ['_shared.js'] },
    '_shared.js': { file: 'shared.js' },
    '_chart.js': { file: 'chart.js', imports: ['_shared.js'] },
    'src/features/overview/page.tsx': { file: 'overview.js', dynamicImports: ['src/chart.tsx'] },
    'src/chart.tsx': { file: 'box.js', imports: ['_chart.js'] },
  }
  writeFileSync(join(made.path, '.vite/manifest.json'), JSON.stringify(manifest))
  for (const [name, kb] of Object.entries({
    index: 100,
    shared: 50,
    overview: 20,
    box: 1,
    chart: 190,
  })) {
    file(`${name}.js`, kb)
  }
  const rounded = pageSizes(made.path).map(({ page, kb }) => [page, Math.round(kb)])
  expect(rounded).toEqual([
    ['the first page', 170],
    ['src/chart.tsx', 191],
  ])
  expect(191).toBeGreaterThan(LAZY_PAGE_KB)
})
