import type { Changes } from '../changes.ts'
import { messageOf } from '../errors.ts'
import type { Logger } from '../log.ts'
import type { Stores } from './stores.ts'

/** Keeps what namespaces know of their servers' tools up to date. */
type Pinning = AsyncDisposable

export type PinningParts = {
  stores: Pick<Stores, 'namespaces' | 'catalogs'>
  changes: Changes
  log: Logger
  /** What is live follows what was taken in. */
  follow: () => Promise<void>
}

/**
 * Takes tools in as servers offer them, after the fact and in one go: a new tool of a server is on
 * or held back by what the namespace says, whether or not it was written down.
 */
export function startPinning({ stores, changes, log, follow }: PinningParts): Pinning {
  const { namespaces, catalogs } = stores
  let isAgain = false
  let running: Promise<void> | null = null

  async function look(): Promise<void> {
    while (isAgain) {
      isAgain = false
      try {
        const changed = await namespaces.see((id) => catalogs.get(id)?.catalog?.tools ?? null)
        if (changed.length > 0) await follow()
      } catch (error) {
        log.error({ error: messageOf(error) }, 'what servers offer could not be noted')
      }
    }
  }

  function note(): void {
    isAgain = true
    running ??= look().finally(() => {
      running = null
    })
  }

  const unsubscribe = changes.subscribe(({ kind }) => {
    if (kind === 'catalog' || kind === 'namespace') note()
  })
  note()

  return {
    async [Symbol.asyncDispose]() {
      unsubscribe()
      while (running) await running
    },
  }
}
