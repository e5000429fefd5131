import type { Server } from '../../../shared/server.ts'

/** What a server said when it refused a request. */
export type AuthRefusal = {
  /** 401, or 403 when the scope does not suffice. */
  status: number
  /** The header `WWW-Authenticate` as it came; `null` when there was none. */
  wwwAuthenticate: string | null
  /** What `token` had given for the refused request. */
  tokenUsed: string | null
}

/** Credentials for servers that come from a person's sign-in (OAuth), asked for with each request. */
export interface ServerAuth {
  /**
   * The access token to send as `Authorization: Bearer <token>`, refreshed when it is about to
   * expire. `null` when nobody signed in, and for a definition that brings credentials of its own
   * (`bearerToken`, or a header `Authorization`). Never rejects.
   */
  token(server: Server): Promise<string | null>
  /**
   * Tells of a refusal. Resolves with true when there is another token now and the request may be
   * tried once more; otherwise it is remembered that a sign-in is needed. Never rejects.
   */
  refused(server: Server, refusal: AuthRefusal): Promise<boolean>
}
