import { create } from 'zustand'
import { persist } from 'zustand/middleware'
import type { InspectorTarget, RunEvent } from '../../../../shared/inspector.ts'
import { EMPTY_VALUE, type SchemaValue } from '../../ui/schema-value.ts'
import type { Client } from './client.ts'
import type { Tab } from './offer.ts'
import { requestOf } from './request.ts'
import { isOver, newRun, withEvent, type RunSubject, type RunView } from './run-view.ts'
import { targetText } from './target.ts'

/** How many runs are remembered, and of how many together the results: their texts may be long. */
const MAX_RUNS = 50
const MAX_CHARS = 32 * 1024 * 1024

type State = {
  /** What is filled in, by place. */
  drafts: Record<string, SchemaValue>
  /** Newest first. */
  runs: readonly RunView[]
  /** The run whose result is shown, by place. */
  shown: Record<string, string>
}

/** Survives changes of page, not the end of the window. */
export const useInspector = create<State>(() => ({ drafts: {}, runs: [], shown: {} }))

type Settings = { target: string | null; timeoutMs: number; logLevel: LogLevel }
export type LogLevel = 'off' | 'debug' | 'info' | 'warning' | 'error'

/** Survives the window, too. */
export const useInspectorSettings = create<Settings>()(
  persist<Settings>(() => ({ target: null, timeoutMs: 60_000, logLevel: 'off' }), {
    name: 'inspector',
  }),
)

/** Where something is tried: what is filled in belongs to it. */
export function placeOf(target: InspectorTarget, tab: Tab, item: string): string {
  return JSON.stringify([targetText(target), tab, item])
}

export function draftAt(drafts: State['drafts'], place: string): SchemaValue {
  return drafts[place] ?? EMPTY_VALUE
}

export function setDraft(place: string, draft: SchemaValue): void {
  useInspector.setState(({ drafts }) => ({ drafts: { ...drafts, [place]: draft } }))
}

/** Fills in what a run was given, and shows what came of it. It runs nothing. */
export function recall({ id, target, tab, item, draft }: RunView): void {
  const place = placeOf(target, tab, item)
  setDraft(place, draft)
  useInspector.setState(({ shown }) => ({ shown: { ...shown, [place]: id } }))
}

export function forgetRuns(): void {
  useInspector.setState(({ runs }) => ({ runs: runs.filter((run) => !isOver(run)) }))
}

/** Begins a run; it goes on when the page is left. */
export async function startRun(client: Client, subject: RunSubject): Promise<void> {
  const run = newRun(subject, Date.now())
  const place = placeOf(subject.target, subject.tab, subject.item)
  useInspector.setState(({ runs, shown }) => ({
    runs: trimmed([run, ...runs]),
    shown: { ...shown, [place]: run.id },
  }))
  const { logLevel } = useInspectorSettings.getState()
  const request = requestOf(subject)
  try {
    const { runId } = await client.inspector.start.mutate({
      ...{ ...request, target: subject.target, timeoutMs: subject.timeoutMs },
      ...(logLevel !== 'off' && { logLevel }),
    })
    follow(client, run.id, runId)
  } catch (error) {
    refuse(run.id, error)
  }
}

function follow(client: Client, id: string, runId: string): void {
  const subscription = client.inspector.events.subscribe(
    { runId },
    {
      onData: (event: RunEvent) => {
        update(id, (run) => withEvent(run, event))
        if (event.kind === 'result' || event.kind === 'error') subscription.unsubscribe()
      },
      onError: (error) => refuse(id, error),
    },
  )
}

function refuse(id: string, error: unknown): void {
  const refusal = error instanceof Error ? error.message : String(error)
  update(id, (run) => (isOver(run) ? run : { ...run, questions: [], refusal }))
}

function update(id: string, change: (run: RunView) => RunView): void {
  useInspector.setState(({ runs }) => ({
    runs: trimmed(runs.map((run) => (run.id === id ? change(run) : run))),
  }))
}

/** The newest keep their results; the newest of all always. */
function trimmed(runs: readonly RunView[]): RunView[] {
  let chars = 0
  return runs.filter((run, index) => {
    chars += run.result?.result.length ?? 0
    return index === 0 || !isOver(run) || (index < MAX_RUNS && chars <= MAX_CHARS)
  })
}
