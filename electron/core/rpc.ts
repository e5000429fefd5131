import { initTRPC, TRPCError, type TRPC_ERROR_CODE_KEY } from '@trpc/server'
import { z } from 'zod'
import { accessOf } from './access.ts'
import {
  actorOf,
  namedTarget,
  noteOfDone,
  noteOfFailure,
  UNNOTED,
  type Auditing,
  type NotedTarget,
} from './auditing.ts'
import type { Caller } from './caller.ts'
import { AppError, type AppErrorCode } from './errors.ts'
import { InvalidInput, problemsOf, problemText, type Problem } from './problems.ts'

/** What a management request comes with. */
export type RpcContext = {
  caller: Caller
  /** Of an account's session in a browser. */
  sessionId?: string | undefined
  /** Where what the caller changes is noted; left out where nobody keeps a log. */
  auditing?: Auditing
}

const CODES: Record<AppErrorCode, TRPC_ERROR_CODE_KEY> = {
  'not-found': 'NOT_FOUND',
  conflict: 'CONFLICT',
  invalid: 'BAD_REQUEST',
  'in-use': 'CONFLICT',
  unauthorized: 'UNAUTHORIZED',
  forbidden: 'FORBIDDEN',
  'too-many': 'TOO_MANY_REQUESTS',
  unavailable: 'SERVICE_UNAVAILABLE',
}

const t = initTRPC.context<RpcContext>().create({
  // Adds stacks to answers otherwise.
  isDev: false,
  errorFormatter({ shape, error }) {
    const issues = issuesOf(error.cause)
    return { ...shape, message: sentenceOf(error, issues), data: { ...shape.data, issues } }
  },
})

export const router = t.router
/** Calls procedures of a router without a network between. */
export const createCaller = t.createCallerFactory

const knownErrors = t.middleware(async ({ next }) => {
  const result = await next()
  if (result.ok || !(result.error.cause instanceof AppError)) return result
  const { cause } = result.error
  throw new TRPCError({ code: CODES[cause.code], message: cause.message, cause })
})

/**
 * Outermost, so that it sees what was refused, too. What an action is about is found by the ids in its
 * input; a procedure that knows better says so with `ctx.about`.
 */
const audited = t.middleware(async ({ ctx, type, path, getRawInput, next }) => {
  const { auditing, caller } = ctx
  let told: NotedTarget | null = null
  const about = (target: NotedTarget) => void (told = target)
  const isNoted = type === 'mutation' && !UNNOTED.has(path)
  // What those send who manage nothing is not read: they are refused, however much it is.
  if (!auditing || !isNoted || !actorOf(caller)) return next({ ctx: { about } })
  // An input that cannot be read is refused by whoever reads it next.
  const input = await getRawInput().catch(() => undefined)
  const before = namedTarget(path, input, auditing)
  const result = await next({ ctx: { about } })
  const call = { caller, path, input, before: told ?? before }
  const note = result.ok
    ? noteOfDone(call, result.data, auditing)
    : noteOfFailure(call, result.error.code)
  if (note) auditing.note(note)
  return result
})

const managementOnly = t.middleware(({ ctx, next }) => {
  const { kind } = ctx.caller
  if (kind === 'local' || kind === 'admin' || kind === 'account') {
    return next({ ctx: { access: accessOf(ctx.caller) } })
  }
  if (kind === 'anonymous') {
    const message = 'Managing takes an account that is signed in, or the admin token.'
    throw new TRPCError({ code: 'UNAUTHORIZED', message })
  }
  const message = 'An API key or an access token opens endpoints, and manages nothing.'
  throw new TRPCError({ code: 'FORBIDDEN', message })
})

const adminOnly = managementOnly.unstable_pipe(({ ctx, next }) => {
  if (ctx.access.isAdmin) return next()
  throw new TRPCError({ code: 'FORBIDDEN', message: 'This takes an administrator.' })
})

/**
 * For the app itself, holders of the admin token, and accounts, and nobody else. What the caller may
 * see and change of it all is in `ctx.access`.
 */
export const managementProcedure = t.procedure.use(audited).use(knownErrors).use(managementOnly)

/** For what concerns the whole instance, or the computer that it runs on: no members. */
export const adminProcedure = t.procedure.use(audited).use(knownErrors).use(adminOnly)

/** Mistakes in the input, from the procedure's own schema or from the store behind it. */
function issuesOf(cause: unknown): Problem[] | undefined {
  if (cause instanceof InvalidInput) return cause.problems
  if (cause instanceof z.core.$ZodError) return problemsOf(cause)
  return undefined
}

function sentenceOf(error: TRPCError, issues: Problem[] | undefined): string {
  if (issues && !(error.cause instanceof AppError)) return issues.map(problemText).join('; ')
  // Texts of unforeseen errors hold SQL with its parameters, paths, and worse.
  if (error.code === 'INTERNAL_SERVER_ERROR') return 'Something went wrong; the log says what.'
  return error.message
}
