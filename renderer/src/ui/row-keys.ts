import type { KeyboardEvent } from 'react'
import type { RowsProps } from './row-props.ts'

type Keyed<T> = RowsProps<T> & { items: readonly T[] }

/** How long letters typed one after the other count as one word, in ms. */
const WORD_MS = 700
let typed = { text: '', at: 0 }

/** The keys of a list: see the table of shortcuts in the window. */
export function followKeys<T>(list: Keyed<T>) {
  return (event: KeyboardEvent): void => {
    // A control in a row has its own keys.
    if (event.target !== event.currentTarget) return
    if (move(list, event) || act(list, event) || goToText(list, event)) event.preventDefault()
  }
}

function move<T>(list: Keyed<T>, event: KeyboardEvent): boolean {
  const { items, getId, selectedId, marked, onMark } = list
  if (event.altKey || items.length === 0) return false
  const at = items.findIndex((item) => getId(item) === selectedId)
  if (onMark && event.key.toLowerCase() === 'a' && (event.metaKey || event.ctrlKey)) {
    onMark(new Set(items.map(getId)))
    return true
  }
  const to = target(event.key, at, items.length)
  const item = to === null ? undefined : items[to]
  if (!item) return false
  const id = getId(item)
  if (onMark && event.shiftKey)
    onMark(new Set([...(marked ?? []), ...(selectedId ? [selectedId] : []), id]))
  else if (onMark && marked && marked.size > 0) onMark(new Set())
  list.onSelect(id)
  return true
}

function target(key: string, at: number, count: number): number | null {
  const last = count - 1
  switch (key) {
    case 'ArrowDown':
      return Math.min(last, at + 1)
    case 'ArrowUp':
      return Math.max(0, at < 0 ? 0 : at - 1)
    case 'PageDown':
      return Math.min(last, at + 10)
    case 'PageUp':
      return Math.max(0, at - 10)
    case 'Home':
      return 0
    case 'End':
      return last
    default:
      return null
  }
}

function act<T>(list: Keyed<T>, event: KeyboardEvent): boolean {
  const { items, getId, selectedId } = list
  const item = items.find((one) => getId(one) === selectedId)
  if (!item) return false
  if (list.onKey?.(event, item)) return true
  const acts: Record<string, ((item: T) => void) | undefined> = {
    Enter: list.onOpen,
    ' ': list.onToggle,
    Delete: list.onRemove,
    Backspace: list.onRemove,
    F2: list.onRename,
  }
  const run = event.metaKey || event.ctrlKey ? undefined : acts[event.key]
  run?.(item)
  return run !== undefined
}

function goToText<T>({ items, getId, getText, onSelect }: Keyed<T>, event: KeyboardEvent): boolean {
  const { key, metaKey, ctrlKey, altKey } = event
  if (!getText || key.length !== 1 || key === '/' || metaKey || ctrlKey || altKey) return false
  const now = performance.now()
  const text = (now - typed.at < WORD_MS ? typed.text : '') + key.toLowerCase()
  typed = { text, at: now }
  const found = items.find((item) => getText(item).toLowerCase().startsWith(text))
  if (found) onSelect(getId(found))
  return found !== undefined
}
