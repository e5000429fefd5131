import { useEffect, useState } from 'react'

const HALF_MINUTE_MS = 30_000

/** The time in ms since 1970, as exact as "3 minutes ago" has to be. */
export function useMinute(): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), HALF_MINUTE_MS)
    return () => clearInterval(timer)
  }, [])
  return now
}
