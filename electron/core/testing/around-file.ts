import { flushCompileCache } from 'node:module'
import { afterAll } from 'vitest'
import { closeAfterFile } from './after-file.ts'

// Run again for each file of a process, where modules that tests import are loaded once.
afterAll(async () => {
  await closeAfterFile()
  // The process is ended by a signal, before which Node would write nothing.
  flushCompileCache()
})
