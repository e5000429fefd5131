import { useLayoutEffect, useRef, useState, type RefObject, type UIEvent } from 'react'
import type { LogEntry } from '../../../../shared/log-entry.ts'

/** So near to the end counts as there, in px. */
const NEAR = 24

export type Follow = {
  isFollowing: boolean
  /** How many entries came since it was left. */
  newCount: number
  follow: () => void
  /** The person reads: nothing may move under their eyes. */
  leave: () => void
  onScroll: (event: UIEvent<HTMLElement>) => void
}

/** Whether the end of the log is what a person looks at: until they scroll away, and once they are back. */
export function useFollow(entries: readonly LogEntry[]): Follow {
  const last = entries.at(-1)?.seq ?? 0
  /** The newest entry when it was left; `null` while it is followed. */
  const [leftAt, setLeftAt] = useState<number | null>(null)
  const scrolledTo = useRef(0)
  const isFollowing = leftAt === null

  return {
    isFollowing,
    newCount: isFollowing ? 0 : entries.filter(({ seq }) => seq > leftAt).length,
    follow: () => setLeftAt(null),
    leave: () => setLeftAt((before) => before ?? last),
    onScroll({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) {
      const isUp = scrollTop < scrolledTo.current
      scrolledTo.current = scrollTop
      const isAtEnd = scrollHeight - scrollTop - clientHeight < NEAR
      if (isAtEnd) setLeftAt(null)
      else if (isUp) setLeftAt((before) => before ?? last)
    },
  }
}

/** Keeps the end in view while it is followed; to be called where the lines are drawn. */
export function useKeepEnd({ isFollowing }: Follow, scroller: RefObject<HTMLElement | null>): void {
  useLayoutEffect(() => {
    const element = scroller.current
    if (isFollowing && element) element.scrollTop = element.scrollHeight
  })
}
