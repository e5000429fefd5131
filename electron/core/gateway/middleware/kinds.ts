import type { MiddlewareKind } from './kind.ts'
import { limitTime } from './limit-time.ts'

/** Every middleware that a namespace's list can name, in the order in which people are shown them. */
export const MIDDLEWARE_KINDS: readonly MiddlewareKind[] = [limitTime]
