import { mkdirSync, mkdtempDisposableSync, renameSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { hashSources } from './build.ts'

function makeSources() {
  const folder = mkdtempDisposableSync(join(tmpdir(), 'build-'))
  const write = (path: string, content: string) => {
    mkdirSync(dirname(join(folder.path, path)), { recursive: true })
    writeFileSync(join(folder.path, path), content)
  }
  write('package-lock.json', '{}')
  write('electron/core/index.ts', 'one')
  write('resources/migrations/0000.sql', 'create')
  return { path: folder.path, write, [Symbol.dispose]: () => folder.remove() }
}

test.each([
  ['electron/core/index.ts', 'two'],
  ['electron/main/index.ts', 'new'],
  ['resources/migrations/0000.sql', 'alter'],
  ['package-lock.json', '{ }'],
  ['vite.config.ts', 'new'],
])('a change of %s makes the build stale', (path, content) => {
  using sources = makeSources()
  const before = hashSources(sources.path)
  sources.write(path, content)
  expect(hashSources(sources.path)).not.toBe(before)
})

test('a renamed file makes the build stale', () => {
  using sources = makeSources()
  const before = hashSources(sources.path)
  renameSync(join(sources.path, 'electron/core/index.ts'), join(sources.path, 'electron/core/i.ts'))
  expect(hashSources(sources.path)).not.toBe(before)
})

test('tests, their parts and documents leave it fresh, and so does the same content again', () => {
  using sources = makeSources()
  const before = hashSources(sources.path)
  sources.write('electron/core/index.ts', 'one')
  sources.write('electron/core/index.test.ts', 'new')
  sources.write('electron/core/testing/echo-server.ts', 'new')
  sources.write('electron/e2e/start.ts', 'new')
  sources.write('resources/docker/Dockerfile', 'new')
  sources.write('README.md', 'new')
  expect(hashSources(sources.path)).toBe(before)
})
