import type { FileChoice, Notice, UpdateState } from '../../shared/host.ts'

/**
 * What the program around the core can do for the person who sits before it, given as functions:
 * what is not here is not offered. They reject with an `AppError`.
 */
export type HostActions = {
  /** Shows a folder in the system's file manager. */
  openFolder?(path: string): Promise<void>
  /** Shows a file in its folder, and never opens it: that would run a program. */
  reveal?(path: string): void
  /** `null` when the person changed their mind. */
  chooseFile?(choice: FileChoice): Promise<string | null>
  notify?(notice: Notice): void
  /** Ends and starts again; returns before that. */
  restart?(): void
  /** Returns before that. */
  quit?(): void
  /** Whether the preferences `openAtLogin` and `startHidden` have an effect. */
  opensAtLogin?: boolean
  updates?: HostUpdates
}

export type HostUpdates = {
  state(): UpdateState
  /** Resolves when it is known whether there is a newer version; failures are in `state`. */
  check(): Promise<void>
  /** Restarts into what was downloaded. */
  install(): void
  /** Returns an idempotent unsubscribe. */
  subscribe(listener: () => void): () => void
}
