import { enableCompileCache, flushCompileCache } from 'node:module'
import { resolve } from 'node:path'

// Tests start the echo server by the hundred: what was compiled for one is there for the next. Not
// TypeScript, since this file itself comes before the cache, and loading what strips types takes
// longer than all the rest.
enableCompileCache(resolve(import.meta.dirname, '../../../node_modules/.cache/metamcp/compiled'))
await import('./echo-server.ts')
// Many of these processes are killed, and would leave nothing behind.
flushCompileCache()
