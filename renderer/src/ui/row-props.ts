import type { KeyboardEvent, ReactNode } from 'react'

export type Column<T> = {
  key: string
  label: string
  /** In px; a column without one takes what is left. */
  width?: number
  /** Of a column without a width: what it wants at least, in px. */
  minWidth?: number
  /** Of a column without a width: it takes no more, in px, nor the half of a narrow list. */
  maxWidth?: number
  /** Where there is too little room for all, it leaves; the lowest number first. */
  yields?: number
  align?: 'right'
  /** The label is for those who cannot see the column alone. */
  isLabelHidden?: boolean
  render: (item: T, row: { isSelected: boolean }) => ReactNode
}

export type Section<T> = {
  id: string
  /** `null`: rows without a heading. */
  label: string | null
  items: readonly T[]
  /** With `onFold` the heading folds its rows away. */
  isFolded?: boolean
  onFold?: () => void
}

export type RowsProps<T> = {
  /** What the list is of. */
  label: string
  columns: readonly Column<T>[]
  /** Either the one or the other. */
  items?: readonly T[]
  sections?: readonly Section<T>[]
  getId: (item: T) => string
  /** What letters go to, when typed. */
  getText?: (item: T) => string
  rowHeight?: 28 | 32
  isHeaderHidden?: boolean
  selectedId: string | null
  onSelect: (id: string) => void
  /** Several at once: by shift and ⌘, with clicks and arrows. */
  marked?: ReadonlySet<string>
  onMark?: (ids: ReadonlySet<string>) => void
  onOpen?: (item: T) => void
  onToggle?: (item: T) => void
  onRemove?: (item: T) => void
  onRename?: (item: T) => void
  /** Any other key; `true` says that it was for the list. */
  onKey?: (event: KeyboardEvent, item: T) => boolean
}
