import { initTRPC, TRPCError, type TRPC_ERROR_CODE_KEY } from '@trpc/server'
import { z } from 'zod'
import { AppError, type AppErrorCode } from './errors.ts'
import { InvalidInput, problemsOf, problemText, type Problem } from './problems.ts'

/** What a management request comes with; the whole `Caller` of auth/caller.ts fits. */
export type RpcContext = { caller: { kind: 'local' | 'admin' | 'api-key' | 'anonymous' } }

const CODES: Record<AppErrorCode, TRPC_ERROR_CODE_KEY> = {
  'not-found': 'NOT_FOUND',
  conflict: 'CONFLICT',
  invalid: 'BAD_REQUEST',
  'in-use': 'CONFLICT',
  unauthorized: 'UNAUTHORIZED',
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

const managementOnly = t.middleware(({ ctx, next }) => {
  const { kind } = ctx.caller
  if (kind === 'local' || kind === 'admin') return next()
  if (kind === 'anonymous') {
    throw new TRPCError({ code: 'UNAUTHORIZED', message: 'Managing takes the admin token.' })
  }
  throw new TRPCError({
    code: 'FORBIDDEN',
    message: 'An API key opens endpoints; managing takes the admin token.',
  })
})

/** For the app itself and holders of the admin token, and nobody else. */
export const managementProcedure = t.procedure.use(knownErrors).use(managementOnly)

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
