import type { KeyboardEvent } from 'react'
import type { LogEntry } from '../../../../shared/log-entry.ts'
import type { Follow } from './use-follow.ts'

type Keyed = {
  entries: readonly LogEntry[]
  currentIndex: number
  follow: Follow
  isOpen: (seq: number) => boolean
  toggle: (seq: number) => void
  move: (index: number) => void
  copy: (entry: LogEntry) => void
}

const PAGE = 20

/** The keys of a list; the last line is the one that is followed. */
export function followKeys(list: Keyed): (event: KeyboardEvent) => void {
  return (event) => {
    const isOfList = event.target === event.currentTarget
    if (!isOfList || event.altKey) return
    if (event.metaKey || event.ctrlKey) return copyCurrent(list, event)
    if (go(list, event.key) || unfold(list, event.key)) event.preventDefault()
  }
}

/** Where nothing is selected, browsers do not tell of a copy at all. */
function copyCurrent({ entries, currentIndex, copy }: Keyed, event: KeyboardEvent): void {
  const entry = entries[currentIndex]
  if (event.key.toLowerCase() !== 'c' || !entry || window.getSelection()?.isCollapsed === false)
    return
  event.preventDefault()
  copy(entry)
}

function go({ entries, currentIndex, follow, move }: Keyed, key: string): boolean {
  const last = entries.length - 1
  const at = currentIndex < 0 ? last + 1 : currentIndex
  const targets: Record<string, number> = {
    ArrowUp: at - 1,
    ArrowDown: at + 1,
    PageUp: at - PAGE,
    PageDown: at + PAGE,
    Home: 0,
    End: last,
  }
  const target = targets[key]
  if (target === undefined || last < 0) return false
  const index = Math.min(last, Math.max(0, target))
  if (index === last) follow.follow()
  else follow.leave()
  move(index)
  return true
}

function unfold({ entries, currentIndex, isOpen, toggle }: Keyed, key: string): boolean {
  const seq = entries[currentIndex]?.seq
  if (seq === undefined) return false
  const wants = key === 'Enter' || (isOpen(seq) ? key === 'ArrowLeft' : key === 'ArrowRight')
  if (wants) toggle(seq)
  return wants
}
