import { useState } from 'react'
import type { TrustRow } from './trust-rows.ts'

export type Seen = {
  /** As the person began to read it. */
  row: TrustRow
  /** Whether it says something else by now. */
  isOld: boolean
  /** Shows what it says now. */
  renew: () => void
}

/**
 * What a person reads stays what it was while they read it: else a server could put something else
 * in its place right before they accept.
 */
export function useSeen(row: TrustRow | undefined): Seen | null {
  const [seen, setSeen] = useState(row)
  if (!row) {
    if (seen) setSeen(undefined)
    return null
  }
  const isOld = seen?.id === row.id && seen.hash !== row.hash
  if (!isOld && seen !== row) setSeen(row)
  return { row: isOld ? seen : row, isOld, renew: () => setSeen(row) }
}
