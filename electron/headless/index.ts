import { resolve } from 'node:path'
import { enableCompileCache } from 'node:module'
import { argv, env } from 'node:process'
import { prepareThread } from '../core/early.ts'

/*
 * As little as possible, so that the database's thread loads PGlite while this one loads all the
 * rest, with what V8 made of it at an earlier start where that could be kept.
 */

if (import.meta.url.endsWith('.js')) enableCompileCache(resolve(import.meta.dirname, '../compiled'))
const isQuestion = argv.some((one) => one === '--help' || one === '-h' || one === '--version')
const spareThread = env['DATABASE_URL'] || isQuestion ? null : prepareThread()
const { main } = await import('./main.ts')
await main(spareThread)
