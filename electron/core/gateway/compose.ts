import type { Handler, Middleware } from './call.ts'

/** `compose(a, b)(handler)` runs a, then b, then the handler: the order in which one reads. */
export function compose(...middleware: Middleware[]): Middleware {
  return (handler: Handler) => middleware.reduceRight((next, wrap) => wrap(next), handler)
}
