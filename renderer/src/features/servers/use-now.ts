import { useSyncExternalStore } from 'react'

const listeners = new Set<() => void>()
let timer: ReturnType<typeof setInterval> | undefined
let now = Date.now()

/** The time in ms since 1970, once a second for all who watch; it stands still for the others. */
export function useNow(isWatched: boolean): number {
  return useSyncExternalStore(isWatched ? subscribe : never, () => now)
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  if (timer === undefined) {
    now = Date.now()
    timer = setInterval(tick, 1_000)
  }
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    clearInterval(timer)
    timer = undefined
  }
}

function never(): () => void {
  return () => {}
}

function tick(): void {
  now = Date.now()
  for (const listener of listeners) listener()
}
