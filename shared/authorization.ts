/** A client that an account has let in. */
export type GrantView = {
  clientId: string
  name: string
  /** Where codes may be sent to: hosts, or schemes of programs. */
  redirectHosts: string[]
  /** Names of the endpoints that it may call. */
  endpoints: string[]
  grantedAt: string
  /** `null`: not since the start of MetaMCP. */
  lastUsedAt: string | null
}

/** What a person is asked before a client is let in. */
export type PendingConsent = {
  /** As the client calls itself: anybody can take any name. */
  clientName: string
  clientId: string
  /** Where the answer goes: a host, or the scheme of a program. */
  redirectHost: string
  /** It goes to a program on the computer of whoever is asked. */
  isLocalRedirect: boolean
  /** `null`: there is none, or not for this account. */
  endpoint: { name: string; toolCount: number } | null
  scopes: string[]
}
