import { Button } from '@mantine/core'
import { useClipboard } from '@mantine/hooks'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useCallback, useId, useRef, useState, type ClipboardEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { LOG_CAPACITY, type LogEntry } from '../../../../shared/log-entry.ts'
import { FollowIcon } from '../../ui/icons.ts'
import { followKeys } from './log-keys.ts'
import { LogRow } from './log-row.tsx'
import { linesOf } from './log-text.ts'
import styles from './logs.module.css'
import { useKeepEnd, type Follow } from './use-follow.ts'

const ROW_HEIGHT = 28

type LogListProps = {
  entries: readonly LogEntry[]
  isWrapped: boolean
  follow: Follow
}

/** The entries, of which only those in view are drawn. */
export function LogList({ entries: all, isWrapped, follow }: LogListProps) {
  const scroller = useRef<HTMLDivElement>(null)
  const { t } = useTranslation('logs')
  const id = useId()
  const clipboard = useClipboard()
  const [current, setCurrent] = useState<number | null>(null)
  const entries = follow.isFollowing ? all.slice(-LOG_CAPACITY) : all
  const virtual = useVirtualizer({
    count: entries.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    getItemKey: (index) => entries[index]?.seq ?? index,
    overscan: 12,
  })
  useKeepEnd(follow, scroller)
  const { open, toggle } = useOpenRows(follow)
  const currentIndex = entries.findIndex(({ seq }) => seq === current)
  const onKeyDown = followKeys({
    ...{ entries, currentIndex, follow, toggle },
    isOpen: (seq) => open.has(seq),
    copy: (entry) => clipboard.copy(linesOf([entry])),
    move(index) {
      setCurrent(entries[index]?.seq ?? null)
      virtual.scrollToIndex(index, { align: 'auto' })
    },
  })
  return (
    <div className={styles.list}>
      <div
        ref={scroller}
        className={styles.scroller}
        role="grid"
        aria-label={t('title')}
        aria-rowcount={entries.length + 1}
        aria-activedescendant={currentIndex >= 0 ? `${id}-${currentIndex}` : undefined}
        tabIndex={0}
        onKeyDown={onKeyDown}
        onScroll={follow.onScroll}
        onMouseUp={() => hasSelection() && follow.leave()}
        onCopy={(event) => copyLines(event, entries)}
      >
        <Head />
        <div role="rowgroup" className={styles.body} style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map(({ index, key, start: top }) => {
            const entry = entries[index]
            if (!entry) return null
            const row = { entry, index, top, isWrapped, onToggle: toggle, id: `${id}-${index}` }
            const state = { isCurrent: entry.seq === current, isOpen: open.has(entry.seq) }
            return <LogRow key={key} ref={virtual.measureElement} {...row} {...state} />
          })}
        </div>
      </div>
      <FollowButton {...follow} />
    </div>
  )
}

function FollowButton({ isFollowing, newCount, follow }: Follow) {
  const { t } = useTranslation('logs')
  if (isFollowing) return null
  return (
    <Button className={styles.follow} leftSection={<FollowIcon size={14} />} onClick={follow}>
      {newCount > 0 ? t('new', { count: newCount }) : t('follow')}
    </Button>
  )
}

function Head() {
  const { t } = useTranslation('logs')
  return (
    <div role="rowgroup" className={styles.head}>
      <div role="row" aria-rowindex={1}>
        {(['json', 'time', 'from', 'levels', 'text', 'about'] as const).map((key) => (
          <span key={key} role="columnheader">
            {t(key)}
          </span>
        ))}
      </div>
    </div>
  )
}

/** Which rows are open. Who opens one reads: the end is not followed any more. */
function useOpenRows({ leave }: Follow) {
  const [open, setOpen] = useState<ReadonlySet<number>>(new Set())
  const latest = useRef(leave)
  latest.current = leave
  const toggle = useCallback((seq: number) => {
    latest.current()
    setOpen((before) => toggled(before, seq))
  }, [])
  return { open, toggle }
}

function toggled(set: ReadonlySet<number>, seq: number): ReadonlySet<number> {
  const next = new Set(set)
  if (!next.delete(seq)) next.add(seq)
  return next
}

function hasSelection(): boolean {
  return window.getSelection()?.isCollapsed === false
}

/** Of more than one line, whole lines with their time are copied. */
function copyLines(event: ClipboardEvent<HTMLElement>, entries: readonly LogEntry[]): void {
  const selection = window.getSelection()
  const rows = [...event.currentTarget.querySelectorAll<HTMLElement>('[data-index]')]
  const touched = hasSelection() ? rows.filter((row) => selection?.containsNode(row, true)) : []
  if (touched.length < 2) return
  const chosen = touched.flatMap((row) => entries[Number(row.dataset.index)] ?? [])
  event.preventDefault()
  event.clipboardData.setData('text/plain', linesOf(chosen))
}
