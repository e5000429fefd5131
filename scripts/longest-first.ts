import { statSync } from 'node:fs'
import type { TestSequencer, TestSpecification } from 'vitest/node'

/** Counts what its process holds, and so is the first in one. */
const LEAKS = 'gateway/availability'

/** The others take a minute, whatever their size: one that starts last leaves a processor idle. */
const LONGEST = [
  LEAKS,
  'headless/headless.built',
  'e2e/accessibility.browser',
  'e2e/upkeep.browser',
  'e2e/add-server.browser',
  'e2e/shell.browser',
  'gateway/isolation',
  'db/crash',
  'db/damage',
  'db/migrate',
  'db/recovery',
].map((name) => `/${name}.test.ts`)

/** Files that take long before the others, and those in the order of their size, largest first. */
export class LongestFirst implements TestSequencer {
  sort(files: TestSpecification[]): TestSpecification[] {
    return Map.groupBy(files, ({ project }) => project.name)
      .values()
      .flatMap((of) => sortFiles(of))
      .toArray()
  }

  shard(): never {
    throw new Error('Shards are not made here.')
  }
}

function sortFiles(files: TestSpecification[]): TestSpecification[] {
  const rows = files.map((file) => {
    const place = LONGEST.findIndex((ending) => file.moduleId.endsWith(ending))
    return { file, place: place < 0 ? LONGEST.length : place, size: statSync(file.moduleId).size }
  })
  rows.sort((one, other) => one.place - other.place || other.size - one.size)
  return rows.map(({ file }) => file)
}
