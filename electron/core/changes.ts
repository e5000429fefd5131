/** A fact that something changed, told to whoever shows it: window, tray, sessions, replicas. */
export type Change =
  | { kind: 'server'; id: string }
  | { kind: 'server-state'; id: string }
  | { kind: 'sign-in'; serverId: string }
  | { kind: 'catalog'; serverId: string }
  | { kind: 'namespace'; id: string }
  | { kind: 'endpoint'; id: string }
  | { kind: 'api-key'; id: string }
  /** The audit log has new entries. */
  | { kind: 'audit' }
  /** What a person chose for the app as a whole. */
  | { kind: 'preferences' }
  /** Clients see no tools, or do again. */
  | { kind: 'paused' }
  /** Files of AI clients were written by us, or servers taken over from them. */
  | { kind: 'ai-clients' }
  /** What tools cost is known better. */
  | { kind: 'tokens' }
  /** Clients came, went or called; at most once a second. */
  | { kind: 'activity' }
  /** Calls were logged, or deleted from the log, or dropped; at most once a second. */
  | { kind: 'calls' }
  /** A call waits for a person, or does no longer. */
  | { kind: 'approval' }
  /** What the program around the core says of itself: updates. */
  | { kind: 'host' }
  /** The copy of the registry on this machine knows more, or is being brought up to date. */
  | { kind: 'registry' }
  /** Clients that accounts have let in by OAuth. */
  | { kind: 'grant' }
  /** Accounts, invitations to them, their sessions, or how they are made. */
  | { kind: 'account' }

/** Tells listeners what has happened. It never drives work: who must act is called directly. */
export interface Changes {
  publish(change: Change): void
  /** Returns an idempotent unsubscribe. */
  subscribe(listener: (change: Change) => void): () => void
}

export function openChanges(onListenerError: (error: unknown) => void): Changes {
  const listeners = new Set<(change: Change) => void>()
  return {
    publish(change) {
      for (const listener of listeners) {
        try {
          listener(change)
        } catch (error) {
          // One broken listener must not keep the news from the others.
          onListenerError(error)
        }
      }
    },
    subscribe(listener) {
      // A wrapper, so that the same function subscribed twice is two subscriptions.
      const own = (change: Change) => listener(change)
      listeners.add(own)
      return () => void listeners.delete(own)
    },
  }
}
