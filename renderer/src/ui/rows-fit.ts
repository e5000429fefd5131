import { useLayoutEffect, useRef, useState } from 'react'
import type { Column } from './row-props.ts'

/** What a column without a width wants at least, in px. */
const LEAST = 96
/** As in `rows.module.css`, in px. */
const GAP = 12
const SIDES = 32
/** Steps in which a list notices that it has another width: dragging does not draw it each time. */
const STEP = 8

/**
 * The columns that a list of this width (in px) has room for: while there is too little of it,
 * those that yield leave, the lowest number first. The others stay, and shrink.
 */
export function fitting<T>(columns: readonly Column<T>[], width: number): readonly Column<T>[] {
  const leaving = columns
    .filter((column) => column.yields !== undefined)
    .sort((one, other) => (one.yields ?? 0) - (other.yields ?? 0))
  let kept = columns
  for (const column of leaving) {
    if (wanted(kept) <= width) break
    kept = kept.filter((one) => one !== column)
  }
  return kept
}

function wanted<T>(columns: readonly Column<T>[]): number {
  const widths = columns.map(({ width, minWidth = LEAST }) => width ?? minWidth)
  return widths.reduce((sum, width) => sum + width + GAP, SIDES - GAP)
}

/** How wide an element is, in px; without end until it is there. */
export function useWidth() {
  const ref = useRef<HTMLDivElement>(null)
  const [width, setWidth] = useState(Infinity)
  useLayoutEffect(() => {
    const { current } = ref
    if (!current) return
    const measure = () => setWidth(Math.floor(current.clientWidth / STEP) * STEP)
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(current)
    return () => observer.disconnect()
  }, [])
  return { ref, width }
}
