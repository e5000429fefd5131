import type { Logger } from '../log.ts'
import type { Tracer } from '../tracer.ts'

export type TracingOptions = {
  /** OpenTelemetry's own variables, of which a few matter here. */
  env: Record<string, string | undefined>
  version: string
  /** Which of several processes on one database this is. */
  replica: string
  log: Logger
}

/** Spans of calls, sent to a collector. */
export interface Tracing extends AsyncDisposable {
  readonly tracer: Tracer
}
