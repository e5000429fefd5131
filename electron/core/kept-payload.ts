/** What of a call is to be kept in the call log beside how it ended, as it was: by reference. */
export type KeptPayload = {
  arguments?: unknown
  result?: unknown
  /** The most that is kept of each, as JSON. */
  maxCharacters: number
  /** Functions that hide what must not be read, beyond secrets. */
  redactions: readonly ((text: string) => string)[]
}
