import type { Changes } from '../changes.ts'
import type { CoreConfig } from '../config.ts'

/** What the management API says of the host, which tells whoever listens when that changes. */
export function openHost({ hostActions, dataDir }: CoreConfig, changes: Changes) {
  const unsubscribe = hostActions?.updates?.subscribe(() => changes.publish({ kind: 'host' }))
  return { host: hostActions ?? null, dataDir, [Symbol.dispose]: () => unsubscribe?.() }
}
