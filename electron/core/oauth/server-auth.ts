import { isDeepStrictEqual } from 'node:util'
import { computeScopeUnion } from '@modelcontextprotocol/client'
import type { Server, SignInStatus } from '../../../shared/server.ts'
import type { Logger } from '../log.ts'
import { hasScopes, readChallenge } from './challenge.ts'
import { failureText } from './failure-text.ts'
import { takesSignIn, urlOf, type RemoteServer, type EnvironmentOf } from './own-credentials.ts'
import { stillNeeded, type Refreshes } from './refresh.ts'
import type { SignIn } from './sign-in.ts'
import type { SignInStore } from './sign-in-store.ts'

/** A token is replaced so long before it expires. */
const AHEAD_MS = 60_000
/** A token that is refused so soon after it was got is not refused for its age. */
const TOO_SOON_MS = 60_000

type Refusal = { status: number; wwwAuthenticate: string | null; tokenUsed: string | null }

export type SignInsOptions = {
  store: SignInStore
  refreshes: Refreshes
  envOf: EnvironmentOf
  log: Logger
  /** In ms since 1970. */
  now: () => number
}

/** What connections ask of sign-ins with each request (`ServerAuth` of connections). */
export class SignIns {
  readonly #options: SignInsOptions
  /** By server: the token that a refusal has brought, and when. Refused as well, it is the last. */
  readonly #lastChance = new Map<string, { access: string; at: number }>()

  /** By server: when its tokens were taken no more, in ms since 1970. */
  readonly #endedAt = new Map<string, number>()

  constructor(options: SignInsOptions) {
    this.#options = options
  }

  /** What is kept for the URL that the server has now. */
  current(server: RemoteServer): SignIn | undefined {
    const kept = this.#options.store.get(server.id)
    return kept && kept.url === urlOf(server, this.#options.envOf(server)) ? kept : undefined
  }

  status(server: Server): SignInStatus {
    const kept = takesSignIn(server) ? this.current(server) : undefined
    if (kept?.needed) return 'needed'
    return kept?.tokens ? 'signed-in' : null
  }

  /** When the sign-in stopped working that is needed anew now. */
  endedAt(server: Server): number | null {
    return this.status(server) === 'needed' ? (this.#endedAt.get(server.id) ?? null) : null
  }

  async token(server: Server): Promise<string | null> {
    if (!takesSignIn(server)) return null
    const { refreshes, now } = this.#options
    const tokens = this.current(server)?.tokens
    if (!tokens) return null
    const isFresh = tokens.expiresAt === null || tokens.expiresAt - AHEAD_MS > now()
    if (isFresh || tokens.refresh === null || refreshes.isPaused(server.id)) return tokens.access
    const outcome = await refreshes.run(server)
    if (outcome === 'gone') this.#endedAt.set(server.id, now())
    return this.current(server)?.tokens?.access ?? null
  }

  async refused(server: Server, refusal: Refusal): Promise<boolean> {
    if (!takesSignIn(server)) return false
    const asked = readChallenge(refusal.wwwAuthenticate)
    const isScope = refusal.status === 403 && asked.error === 'insufficient_scope'
    if (refusal.status !== 401 && !isScope) return false
    const tokens = this.current(server)?.tokens
    // Another request has brought a new one meanwhile.
    if (tokens && tokens.access !== refusal.tokenUsed) return true
    if (isScope && tokens) {
      // What it was asked for and got is not enough: another sign-in would end here, too.
      if (asked.scope !== null && hasScopes(tokens.scope, asked.scope)) return false
      await this.#need(server, asked, { keepsTokens: true })
      return false
    }
    if (tokens?.refresh && !this.#isLastChance(server, tokens.access)) {
      const outcome = await this.#options.refreshes.run(server)
      if (outcome !== 'gone') return outcome === 'refreshed' && this.#hasAnother(server)
    }
    if (tokens) this.#endedAt.set(server.id, this.#options.now())
    await this.#need(server, asked, { keepsTokens: false })
    return false
  }

  #isLastChance({ id }: RemoteServer, access: string): boolean {
    const last = this.#lastChance.get(id)
    return last?.access === access && this.#options.now() - last.at < TOO_SOON_MS
  }

  #hasAnother(server: RemoteServer): boolean {
    const access = this.current(server)?.tokens?.access
    if (access === undefined) return false
    this.#lastChance.set(server.id, { access, at: this.#options.now() })
    return true
  }

  async #need(
    server: RemoteServer,
    asked: { scope: string | null; resourceMetadataUrl: string | null },
    { keepsTokens }: { keepsTokens: boolean },
  ): Promise<void> {
    const { store, envOf, log } = this.#options
    const url = urlOf(server, envOf(server))
    if (url === null) return
    const before = this.current(server) ?? { url, needed: null, client: null, tokens: null }
    const still = stillNeeded(before)
    const needed = {
      scope: computeScopeUnion(still.scope ?? undefined, asked.scope ?? undefined) ?? null,
      resourceMetadataUrl: asked.resourceMetadataUrl ?? still.resourceMetadataUrl,
    }
    const after = { ...before, needed, tokens: keepsTokens ? before.tokens : null }
    if (isDeepStrictEqual(before, after)) return
    log.info(
      { server: server.name, serverId: server.id, scope: needed.scope },
      'a server asks for a sign-in',
    )
    await store.put(server.id, after).catch((error: unknown) => {
      log.error(
        { server: server.name, serverId: server.id, reason: failureText(error) },
        'a sign-in was not stored',
      )
    })
  }
}
