import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { gzipSync } from 'node:zlib'

/** Of Vite's manifest: what a chunk needs at once, and what it may ask for later. */
type Chunk = { file: string; imports?: string[]; dynamicImports?: string[]; isEntry?: boolean }
type Manifest = Record<string, Chunk>

/** KB of compressed JavaScript that a person waits for. */
export const FIRST_PAGE_KB = 260
export const LAZY_PAGE_KB = 180

/** What the window opens with. */
const FIRST_PAGE = 'src/features/overview/page.tsx'

export type PageSize = { page: string; kb: number; limitKb: number }

/**
 * Compressed JavaScript (gzip -9) of the first page and, beyond that and beyond the page that asks
 * for it, of each part that is loaded when it is first shown: what a person waits for at a time.
 * Largest first; the first page before all others.
 */
export function pageSizes(folder: string): PageSize[] {
  const text = readFileSync(join(folder, '.vite/manifest.json'), 'utf8')
  const manifest = JSON.parse(text) as Manifest
  const entry = Object.keys(manifest).find((key) => manifest[key]?.isEntry)
  if (entry === undefined) throw new Error(`${folder} has no entry: npm run build`)
  const first = new Set([...closure(manifest, entry), ...closure(manifest, FIRST_PAGE)])
  const sizeOf = (keys: Iterable<string>) => kilobytes(folder, manifest, keys)
  const sizes = new Map<string, number>()
  for (const [asker, page] of lazyParts(manifest)) {
    const there = new Set([...first, ...closure(manifest, asker)])
    const added = [...closure(manifest, page)].filter((key) => !there.has(key))
    sizes.set(page, Math.max(sizes.get(page) ?? 0, sizeOf(added)))
  }
  const lazy = [...sizes].map(([page, kb]) => ({ page, kb, limitKb: LAZY_PAGE_KB }))
  const sorted = lazy.filter(({ kb }) => kb > 0).toSorted((one, other) => other.kb - one.kb)
  return [{ page: 'the first page', kb: sizeOf(first), limitKb: FIRST_PAGE_KB }, ...sorted]
}

/** Pairs of a chunk and a part that it asks for when that is first shown. */
function lazyParts(manifest: Manifest): [asker: string, part: string][] {
  return Object.entries(manifest).flatMap(([asker, { dynamicImports = [] }]) =>
    dynamicImports.map((part): [string, string] => [asker, part]),
  )
}

/** A chunk with everything that it loads before it runs. */
function closure(manifest: Manifest, key: string, seen = new Set<string>()): Set<string> {
  const chunk = manifest[key]
  if (!chunk || seen.has(key)) return seen
  seen.add(key)
  for (const other of chunk.imports ?? []) closure(manifest, other, seen)
  return seen
}

function kilobytes(folder: string, manifest: Manifest, keys: Iterable<string>): number {
  const files = new Set([...keys].flatMap((key) => manifest[key]?.file ?? []))
  const bytes = [...files]
    .filter((file) => file.endsWith('.js'))
    .reduce((sum, file) => sum + gzipSync(readFileSync(join(folder, file)), { level: 9 }).length, 0)
  return bytes / 1_000
}

/** Prints the sizes; returns the exit code, 1 when one is over its limit. */
export function printPageSizes(): number {
  const sizes = pageSizes(resolve(import.meta.dirname, '../out/renderer'))
  const lines = sizes.map(({ page, kb, limitKb }) => {
    const mark = kb > limitKb ? '  TOO LARGE' : ''
    return `${kb.toFixed(1).padStart(7)} KB of ${limitKb}  ${page}${mark}\n`
  })
  process.stdout.write(lines.join(''))
  return sizes.some(({ kb, limitKb }) => kb > limitKb) ? 1 : 0
}
