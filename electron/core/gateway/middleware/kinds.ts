import { approve } from './approve.ts'
import { cache } from './cache.ts'
import { filterOptions } from './filter.ts'
import type { FixedKind, MiddlewareKind } from './kind.ts'
import { limitRate } from './limit-rate.ts'
import { limitSize } from './limit-size.ts'
import { limitTime } from './limit-time.ts'
import { logCall } from './log-call.ts'
import { overridesOptions } from './overrides.ts'
import { redact } from './redact.ts'

/** Those that stand around all others, always and in this order, and are in no list. */
export const FIXED_KINDS: readonly FixedKind[] = [
  { use: 'overrides', options: overridesOptions },
  { use: 'filter', options: filterOptions },
]

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
