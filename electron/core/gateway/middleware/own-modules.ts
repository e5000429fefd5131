import { pathToFileURL } from 'node:url'
import type { MiddlewareEntry } from '../../../../shared/middleware.ts'
import { messageOf } from '../../errors.ts'
import { isObject, RpcCode, RpcError, type JsonObject } from '../../json-rpc.ts'
import type { Logger } from '../../log.ts'
import { inOwnModule, outsideOwnModules } from '../../own-module-work.ts'
import { isListMethod, LISTS, type Call, type Handler, type Middleware } from '../call.ts'
import type { MiddlewarePlace } from './kind.ts'

/** What docs/examples/middleware.d.ts promises; what ours get besides may be another thing tomorrow. */
type OwnPlace = Pick<MiddlewarePlace, 'endpoint' | 'log' | 'toolOf' | 'keep'>

/**
 * What a module's default export is: given its options and its place, a function around a call.
 * Where it stands in the list is where it runs.
 */
type OwnMiddleware = (options: JsonObject, place: OwnPlace) => Middleware

/** A module that waits for what never comes, while it is read, must not keep us from starting. */
const READ_MS = 10_000

/** Middlewares that people wrote themselves, by the path of their module. */
export interface OwnModules {
  /** Reads modules that were not read yet. Never rejects: what is wrong is told by every call. */
  load(paths: Iterable<string>): Promise<void>
  make(entry: MiddlewareEntry, place: MiddlewarePlace): Middleware
}

type Loaded = { make: OwnMiddleware } | { problem: string }

export function openOwnModules(log: Logger, readMs = READ_MS): OwnModules {
  const loaded = new Map<string, Loaded>()

  async function load(path: string): Promise<void> {
    loaded.set(path, await read(path, { log, readMs }))
  }

  return {
    async load(paths) {
      await Promise.all([...new Set(paths)].filter((path) => !loaded.has(path)).map(load))
    },
    make({ use, enabled: _, ...options }, place) {
      const module = loaded.get(use) ?? { problem: 'it was not read' }
      // What it was to keep out must not pass because it is broken.
      if ('problem' in module) return () => () => Promise.reject(broken(use, module.problem))
      try {
        const given = structuredClone(options) as JsonObject
        const { endpoint, log: lines, toolOf, keep } = place
        const own: OwnPlace = { endpoint, log: lines, toolOf, keep }
        const made: unknown = inOwnModule(use, () => module.make(given, own))
        if (typeof made !== 'function') throw new Error('it gives no function around a call')
        return guarded(use, made as Middleware)
      } catch (error) {
        const problem = messageOf(error)
        place.log.error({ path: use, error: problem }, 'a middleware cannot be used')
        return () => () => Promise.reject(broken(use, problem))
      }
    },
  }
}

const NOT_FOUND = 'ERR_MODULE_NOT_FOUND'

type Reading = { log: Logger; readMs: number }

async function read(path: string, { log, readMs }: Reading): Promise<Loaded> {
  const unusable = (error: unknown, problem = messageOf(error)): Loaded => {
    log.error({ path, error: messageOf(error) }, 'a middleware cannot be used')
    return { problem }
  }
  try {
    const { href } = pathToFileURL(path)
    const reading = inOwnModule(path, () => import(href)) as Promise<{ default?: unknown }>
    const { default: make } = await within(reading, readMs)
    if (typeof make === 'function') return { make: make as OwnMiddleware }
    return unusable('its default export is no function')
  } catch (error) {
    // Whose message says where things lie, ours too.
    const isMissing = error instanceof Error && 'code' in error && error.code === NOT_FOUND
    return isMissing ? unusable(error, 'it, or what it imports, is not there') : unusable(error)
  }
}

async function within<T>(work: Promise<T>, ms: number): Promise<T> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => {
    late.reject(new Error(`it was not read within ${ms / 1_000} s`))
  }, ms)
  try {
    return await Promise.race([work, late.promise])
  } finally {
    clearTimeout(timer)
  }
}

/** What it throws is an error of its own call; what comes from further in passes as it is. */
function guarded(use: string, middleware: Middleware): Middleware {
  return (next) => {
    const fromFurtherIn = new WeakSet<object>()
    const inner: Handler = async (call) => {
      try {
        return await outsideOwnModules(() => next(call))
      } catch (error) {
        if (typeof error === 'object' && error !== null) fromFurtherIn.add(error)
        throw error
      }
    }
    const run = wrap(use, middleware, inner)
    return async (call: Call) => {
      try {
        const work = inOwnModule(use, () => run(call))
        return answered(call, await untilAborted(work, call.signal))
      } catch (error) {
        const isTheirs = typeof error === 'object' && error !== null && fromFurtherIn.has(error)
        const isOver = call.signal.aborted && error === call.signal.reason
        throw isTheirs || isOver ? error : refusalOf(use, error)
      }
    }
  }
}

/** Rejects with the signal's reason: a module that never answers must not keep a call for ever. */
async function untilAborted(work: Promise<unknown>, signal: AbortSignal): Promise<unknown> {
  const aborted = Promise.withResolvers<never>()
  const leave = () => aborted.reject(signal.reason)
  signal.addEventListener('abort', leave, { once: true })
  try {
    if (signal.aborted) leave()
    return await Promise.race([work, aborted.promise])
  } finally {
    signal.removeEventListener('abort', leave)
  }
}

/** What others can go on with. Throws an error that says what is wrong with it. */
function answered({ method }: Call, result: unknown): JsonObject {
  if (!isObject(result)) throw new Error('it answered nothing')
  if (isListMethod(method)) {
    const key = LISTS[method]
    const items: unknown = result[key]
    const isList = Array.isArray(items) && items.every(isObject)
    if (!isList) throw new Error(`it answered ${method} without a list of "${key}"`)
  }
  // What cannot be written would be found out where nobody knows any more whose it is.
  JSON.stringify(result)
  return result
}

function wrap(use: string, middleware: Middleware, inner: Handler): Handler {
  try {
    const run: unknown = inOwnModule(use, () => middleware(inner))
    if (typeof run === 'function') return run as Handler
    return () => Promise.reject(broken(use, 'it gives no function around a call'))
  } catch (error) {
    return () => Promise.reject(broken(use, messageOf(error)))
  }
}

/** An error with a `code` of JSON-RPC is meant for the client, as it is. */
function refusalOf(use: string, error: unknown): RpcError {
  if (error instanceof RpcError) return error
  if (error instanceof Error && 'code' in error && Number.isSafeInteger(error.code)) {
    const data = 'data' in error ? error.data : undefined
    return new RpcError(Number(error.code), messageOf(error), data)
  }
  return broken(use, messageOf(error))
}

/** By the name of the file: where that lies is nobody's business. */
function broken(use: string, problem: string): RpcError {
  const file = use.split(/[\\/]/).at(-1) ?? use
  const text = `The middleware ${file} of this namespace failed: ${problem}`
  return new RpcError(RpcCode.internalError, text)
}
