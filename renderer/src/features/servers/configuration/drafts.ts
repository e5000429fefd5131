import type { Values } from './values.ts'

/** What was written and not saved: in the form, or as JSON. */
export type Draft = { mode: 'form'; values: Values } | { mode: 'json'; text: string }

/** By server: another one may be looked at meanwhile, and nothing that was typed is lost. */
const drafts = new Map<string, Draft>()

export function draftOf(serverId: string): Draft | undefined {
  return drafts.get(serverId)
}

export function keepDraft(serverId: string, draft: Draft | null): void {
  if (draft) drafts.set(serverId, draft)
  else drafts.delete(serverId)
}
