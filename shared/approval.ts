/** What a person can say to a call that waits: this once, until the client leaves, for good, no. */
export const APPROVAL_ANSWERS = ['once', 'session', 'always', 'refuse'] as const
export type ApprovalAnswer = (typeof APPROVAL_ANSWERS)[number]

/** A call that waits for a person. */
export type ApprovalView = {
  id: string
  /** ISO 8601; nobody's answer until `until` is a refusal. */
  askedAt: string
  until: string
  /** How long it may wait in all, and from the answer that has this on, in milliseconds. */
  seconds: number
  leftMs: number
  /** The endpoint's address. */
  endpoint: string
  namespaceId: string | null
  namespace: string | null
  serverId: string
  server: string
  /** Its own name at its server. */
  tool: string
  /** As the client calls it. */
  name: string
  title: string | null
  /** What the program calls itself. */
  client: string | null
  /** JSON, indented; characters that one cannot see are escaped. */
  arguments: string
  /** Only the beginning is in `arguments`: `approvals.get` has it all. */
  isCut: boolean
  /** Whether the reader may allow the tool for good. */
  mayAlways: boolean
}
