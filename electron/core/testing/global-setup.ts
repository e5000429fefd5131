import { execFile } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  export interface ProvidedContext {
    /** The template of a new store, for `templateFile`. */
    databaseTemplate: string
  }
}

/** Makes the database template once for all tests; the next run finds it, if nothing has changed. */
export async function setup(project: TestProject): Promise<void> {
  const root = new URL('../../../', import.meta.url)
  const file = fileURLToPath(new URL('node_modules/.cache/metamcp/db-template.tgz', root))
  await mkdir(dirname(file), { recursive: true })
  const script = fileURLToPath(new URL('electron/core/db/make-template.ts', root))
  // A process of its own gives back the gigabyte that making a cluster takes.
  await promisify(execFile)(process.execPath, [script, file])
  project.provide('databaseTemplate', file)
}
