/** One management action, as the audit log tells it. */
export type AuditEntry = {
  /** Grows with time: entries before one are older. */
  id: number
  /** ISO 8601. */
  at: string
  actor: AuditActor
  /** The procedure (`servers.update`), or what happened at the door (`sign-in`). */
  action: string
  target: AuditTarget | null
  /** `refused`: who did it may not. `failed`: it did not work. */
  outcome: AuditOutcome
  /** Names of what was changed, and values of which none is a secret. */
  detail: AuditDetail | null
}

/** `local`: the app itself; `admin`: the admin token; `anonymous`: nobody we know. */
export type AuditActor = {
  kind: 'local' | 'admin' | 'account' | 'anonymous'
  /** Of an account. */
  id: string | null
  name: string
}

/** What an action was about; `kind` is `server`, `account` and so on. */
export type AuditTarget = { kind: string; id: string | null; name: string }
export type AuditOutcome = 'done' | 'refused' | 'failed'
export type AuditDetail = Record<string, string | number | boolean | string[]>

/** A page of the log, newest first. */
export type AuditPage = { entries: AuditEntry[]; more: boolean }

/** How many entries are asked for at most. */
export const MAX_AUDIT_PAGE = 200
