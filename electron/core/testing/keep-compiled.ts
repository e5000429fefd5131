import { flushCompileCache } from 'node:module'
import { afterAll } from 'vitest'

// The process of a test file is ended by a signal, before which Node would write nothing.
afterAll(() => flushCompileCache())
