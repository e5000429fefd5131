import type { AiClientState, AiClientView } from './ai-client.ts'

/** How a client's state looks: see the tokens of the same names. */
export function aiClientTone(state: AiClientState): 'ok' | 'warn' | 'bad' | 'off' {
  if (state === 'connected') return 'ok'
  if (state === 'elsewhere' || state === 'locked') return 'warn'
  return state === 'broken' ? 'bad' : 'off'
}

/** Of a client on another computer nothing is known until it has been here. */
export function isKnown({ file, state }: AiClientView): boolean {
  return file !== null || state === 'connected'
}

/** Whether a person has to do something, or it stays as it is. */
export function needsPerson({ state }: AiClientView): boolean {
  return state === 'elsewhere' || state === 'broken' || state === 'locked'
}

/** How far a client came since we wrote its file. */
export type AiClientProgress = { isWritten: boolean; isSeen: boolean; hasCalled: boolean }

export function aiClientProgress({ state, seen, connection }: AiClientView): AiClientProgress {
  const isWritten = state === 'configured' || state === 'connected'
  const isSeen = isWritten && seen !== null
  return { isWritten, isSeen, hasCalled: isSeen && seen.calls > (connection?.callsBefore ?? 0) }
}
