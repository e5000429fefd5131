import type { JsonObject } from './json-rpc.ts'

/** A request as a span tells of it: who asks whom for what, never with what, nor the answer. */
export type Traced = {
  method: string
  /** As they came: the trace that they belong to is in `_meta`. */
  params: JsonObject
  /** The revision of MCP that is spoken, where it is known. */
  version?: string | undefined
}

/** How it ended: one of the first two is `null`. */
export type TracedEnd = { result: JsonObject | null; error: unknown; wasCancelled: boolean }

export interface Span {
  /** The parameters for whoever does the work: with this span as what they belong to. */
  carry(params: JsonObject): JsonObject
  /** Begins the part of a server in it. */
  ask(server: string, request: Traced & { isProcess: boolean }): Span
  end(how: TracedEnd): void
}

/** Tells somebody outside of each call, as OpenTelemetry has it. */
export interface Tracer {
  /** Begins a request of a client. */
  begin(endpoint: string, request: Traced): Span
}
