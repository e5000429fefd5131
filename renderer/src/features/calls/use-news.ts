import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { useTRPC } from '../../trpc.ts'

/** What costs the core more to say is read again no more often, in ms. */
const EVERY_MS = 5_000

/** How the log keeps up; read again with each news of it, which costs next to nothing. */
export function useHealth() {
  return useQuery(useTRPC().calls.health.queryOptions())
}

/**
 * The time when there were last other calls, in ms since 1970: at once for the first after a while,
 * and then not more often than every five seconds.
 */
export function useNews(): number {
  const { dataUpdatedAt: heardAt } = useHealth()
  const [at, setAt] = useState(() => Date.now())
  const told = useRef({ heardAt, at })
  useEffect(() => {
    if (heardAt === told.current.heardAt) return
    const tell = () => {
      told.current = { heardAt, at: Date.now() }
      setAt(told.current.at)
    }
    const timer = setTimeout(tell, Math.max(0, told.current.at + EVERY_MS - Date.now()))
    return () => clearTimeout(timer)
  }, [heardAt])
  return at
}
