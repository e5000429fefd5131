import { z } from 'zod'

/**
 * One place of a namespace's pipeline: which middleware, whether it is on, and its options as the
 * other fields. What the options may be is known where the middleware is.
 */
export const middlewareEntry = z
  .looseObject({ use: z.string().min(1).max(1_000), enabled: z.boolean().optional() })
  .refine((entry) => JSON.stringify(entry).length <= 10_000, 'is too long')

export type MiddlewareEntry = z.infer<typeof middlewareEntry>

/** More than any namespace needs; a bound all the same. */
export const MAX_MIDDLEWARES = 50

/** A middleware, with what a form needs to ask for its options. */
export type MiddlewareKindView = {
  use: string
  /** It always runs, and is in no list: its options are the namespace's fields of these names. */
  isFixed: boolean
  /** JSON Schema (2020-12) of its options: an object. */
  options: Record<string, unknown>
}

/** Why a management caller may not name one. */
export const NO_OWN_MODULES = 'names a file of your own: only the config file at the start may'

/** Whether it names a file of somebody's own, which only a config file may do. */
export function isOwnModule(use: string): boolean {
  return /^\.{0,2}[\\/]|^[A-Za-z]:[\\/]/.test(use)
}
