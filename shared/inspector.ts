import { z } from 'zod'
import { plainText } from './names.ts'

/** What is looked at: a server alone, a namespace, or an endpoint as its clients see it. */
export const inspectorTarget = z.strictObject({
  kind: z.enum(['server', 'namespace', 'endpoint']),
  id: z.string(),
})
export type InspectorTarget = z.infer<typeof inspectorTarget>

const METHODS = ['tools/call', 'prompts/get', 'resources/read', 'completion/complete'] as const
export type InspectorMethod = (typeof METHODS)[number]

/** RFC 5424 severities as MCP names them, most verbose first. */
export const MCP_LOG_LEVELS = [
  'debug',
  'info',
  'notice',
  'warning',
  'error',
  'critical',
  'alert',
  'emergency',
] as const

/** Milliseconds: how long a run may take at most, and unless told otherwise. */
const LONGEST_RUN_MS = 60 * 60_000
const USUAL_RUN_MS = 60_000

export const runInput = z.strictObject({
  target: inspectorTarget,
  method: z.enum(METHODS),
  /** The request's `params` as JSON text, so that numbers keep their digits on the way. */
  params: z.string(),
  /** Without an answer for that long it is cancelled; the time of open questions does not count. */
  timeoutMs: z.int().min(100).max(LONGEST_RUN_MS).default(USUAL_RUN_MS),
  logLevel: z.enum(MCP_LOG_LEVELS).optional(),
})
export type RunInput = z.infer<typeof runInput>

export const completeInput = z.strictObject({
  target: inspectorTarget,
  ref: z.discriminatedUnion('type', [
    z.strictObject({ type: z.literal('ref/prompt'), name: z.string() }),
    z.strictObject({ type: z.literal('ref/resource'), uri: z.string() }),
  ]),
  argument: z.strictObject({ name: z.string(), value: plainText }),
  /** The other arguments, as far as they are known. */
  context: z.record(z.string(), z.string()).default({}),
})
export type CompleteInput = z.infer<typeof completeInput>

const QUESTIONS = ['sampling/createMessage', 'elicitation/create', 'roots/list'] as const
export type QuestionMethod = (typeof QUESTIONS)[number]

export function isQuestionMethod(method: string): method is QuestionMethod {
  return QUESTIONS.some((known) => known === method)
}

export const answerInput = z.strictObject({
  runId: z.string(),
  questionId: z.string(),
  answer: z.discriminatedUnion('kind', [
    /** The result of the server's request, as JSON text. */
    z.strictObject({ kind: z.literal('result'), result: z.string() }),
    z.strictObject({ kind: z.literal('refuse') }),
    z.strictObject({ kind: z.literal('cancel') }),
  ]),
})
export type AnswerInput = z.infer<typeof answerInput>

type JsonObject = Record<string, unknown>

/** What happens in a run; `seq` counts from 1, and whoever reads again skips what it has seen. */
export type RunEvent = { seq: number } & (
  | { kind: 'started'; runId: string }
  | { kind: 'progress'; progress: number; total: number | null; message: string | null }
  /** `data` is JSON text. */
  | { kind: 'log'; level: string; logger: string | null; data: string }
  | {
      kind: 'question'
      questionId: string
      method: QuestionMethod
      params: JsonObject
      /** The name of the server that asks, where that is known. */
      server: string | null
      /** When it is refused by itself: ISO 8601. */
      expiresAt: string
    }
  /** Answered, withdrawn by the server, or expired: nothing is to be answered any more. */
  | { kind: 'question-over'; questionId: string; why: 'answered' | 'withdrawn' | 'expired' }
  /** The last event: the result as JSON text with every digit, its size in bytes of UTF-8. */
  | { kind: 'result'; result: string; ms: number; bytes: number }
  /** The last event, too. `data` is JSON text. `reason`: why there is no answer of a server. */
  | {
      kind: 'error'
      code: number
      message: string
      data: string | null
      ms: number
      reason: 'server' | 'timeout' | 'cancelled' | 'target-gone'
    }
)

/** What a target offers, as its clients get it, and what it says of itself. */
export type InspectorView = {
  tools: JsonObject[]
  prompts: JsonObject[]
  resources: JsonObject[]
  resourceTemplates: JsonObject[]
  /** The revision and era that a single server speaks; `null` for several, or one never seen. */
  protocolVersion: string | null
  era: 'legacy' | 'modern' | null
  capabilities: JsonObject
  instructions: string | null
  /** The single server's `serverInfo`. */
  serverInfo: JsonObject | null
}
