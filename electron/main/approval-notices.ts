import type { ApprovalView } from '../../shared/approval.ts'

/** What the app tells of calls that wait: of each once. */
export type WaitingCall = Pick<ApprovalView, 'id' | 'client' | 'name'>

/** Where the window shows what waits for a person. */
export const TRUST_PATH = '/trust'

/** Decides of which calls a person is notified: of those that were not there before. */
export function openApprovalNotices() {
  let told: ReadonlySet<string> = new Set()
  return {
    look(calls: readonly WaitingCall[]): WaitingCall[] {
      const fresh = calls.filter(({ id }) => !told.has(id))
      told = new Set(calls.map(({ id }) => id))
      return fresh
    },
  }
}
