import type { InspectorTarget, RunEvent } from '../../../../shared/inspector.ts'
import type { SchemaValue } from '../../ui/schema-value.ts'
import type { Tab } from './offer.ts'

type EventOf<K extends RunEvent['kind']> = Extract<RunEvent, { kind: K }>
export type RunQuestion = EventOf<'question'>
type RunResult = EventOf<'result'>
type RunError = EventOf<'error'>

/** What was asked for, so that it can be asked for again. */
export type RunSubject = {
  target: InspectorTarget
  targetName: string
  tab: Tab
  item: string
  draft: SchemaValue
  timeoutMs: number
}

/** One run as the window knows it. */
export type RunView = RunSubject & {
  /** The window's own; the core's is `runId`. */
  id: string
  startedAt: number
  runId: string | null
  lastSeq: number
  progress: EventOf<'progress'> | null
  logs: readonly EventOf<'log'>[]
  questions: readonly RunQuestion[]
  result: RunResult | null
  /** The result, parsed: for showing, since numbers may be rounded. */
  content: Record<string, unknown> | null
  /** The tool itself says that it failed. */
  isError: boolean
  error: RunError | null
  /** Why it could not be begun, or was lost: a sentence. */
  refusal: string | null
}

/** A chatty server's older messages give way. */
const MAX_LOGS = 500

export function newRun(subject: RunSubject, now: number): RunView {
  return {
    ...subject,
    ...{ id: crypto.randomUUID(), startedAt: now, runId: null, lastSeq: 0 },
    ...{ progress: null, logs: [], questions: [], result: null, error: null, refusal: null },
    ...{ content: null, isError: false },
  }
}

export function isOver({ result, error, refusal }: RunView): boolean {
  return result !== null || error !== null || refusal !== null
}

/** The run after this event; one that was seen before, over another connection, changes nothing. */
export function withEvent(run: RunView, event: RunEvent): RunView {
  if (event.seq <= run.lastSeq || isOver(run)) return run
  const next = { ...run, lastSeq: event.seq }
  switch (event.kind) {
    case 'started':
      return { ...next, runId: event.runId }
    case 'progress':
      return { ...next, progress: event }
    case 'log':
      return { ...next, logs: [...run.logs, event].slice(-MAX_LOGS) }
    case 'question':
      return { ...next, questions: [...run.questions, event] }
    case 'question-over':
      return {
        ...next,
        questions: run.questions.filter(({ questionId }) => questionId !== event.questionId),
      }
    case 'result':
      return { ...next, questions: [], result: event, ...read(event.result) }
    case 'error':
      return { ...next, questions: [], error: event }
  }
}

function read(result: string): Pick<RunView, 'content' | 'isError'> {
  const content = JSON.parse(result) as Record<string, unknown>
  return { content, isError: content['isError'] === true }
}
