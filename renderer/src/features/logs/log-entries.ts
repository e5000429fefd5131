import { useSubscription } from '@trpc/tanstack-react-query'
import { useState } from 'react'
import { LOG_CAPACITY, type LogEntry } from '../../../../shared/log-entry.ts'
import { useTRPC } from '../../trpc.ts'

/** Twice what is shown: while a person reads, nothing above them goes away. */
const KEPT = 2 * LOG_CAPACITY

/** What was read already, so that the page is there at once when somebody comes back to it. */
let known: readonly LogEntry[] = []

export type LogEntries = {
  entries: readonly LogEntry[]
  /** Whether the first answer is there: before it, nothing is known. */
  isRead: boolean
  /** Why no more lines come; `null` while they do. */
  problem: string | null
  readAgain: () => void
}

/** The log, oldest first, as it grows. */
export function useLogEntries(): LogEntries {
  const trpc = useTRPC()
  const [entries, setEntries] = useState(known)
  const [isRead, setRead] = useState(known.length > 0)
  const [after] = useState(known.at(-1)?.seq)
  const { error, status, reset } = useSubscription(
    trpc.logs.tail.subscriptionOptions(after === undefined ? {} : { after }, {
      onData(batch) {
        // After a broken line it begins anew.
        const last = known.at(-1)?.seq ?? 0
        const fresh = batch.filter(({ seq }) => seq > last)
        if (fresh.length > 0) known = [...known, ...fresh].slice(-KEPT)
        setEntries(known)
        setRead(true)
      },
    }),
  )
  const problem = status === 'error' ? error.message : null
  return { entries, isRead, problem, readAgain: reset }
}
