import { approve } from './approve.ts'
import { cache } from './cache.ts'
import type { MiddlewareKind } from './kind.ts'
import { limitRate } from './limit-rate.ts'
import { limitSize } from './limit-size.ts'
import { limitTime } from './limit-time.ts'
import { logCall } from './log-call.ts'
import { redact } from './redact.ts'

/** Every middleware that a namespace's list can name, in the order in which people are shown them. */
export const MIDDLEWARE_KINDS: readonly MiddlewareKind[] = [
  limitTime,
  limitRate,
  limitSize,
  redact,
  logCall,
  approve,
  cache,
]
