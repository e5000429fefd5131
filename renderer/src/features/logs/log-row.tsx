import { ActionIcon } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { memo, type Ref } from 'react'
import { useTranslation } from 'react-i18next'
import type { LogEntry } from '../../../../shared/log-entry.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import { FoldedIcon, FoldedOutIcon } from '../../ui/icons.ts'
import { clockTime } from './log-text.ts'
import styles from './logs.module.css'

export type LogRowProps = {
  entry: LogEntry
  id: string
  index: number
  top: number
  isCurrent: boolean
  isOpen: boolean
  isWrapped: boolean
  onToggle: (seq: number) => void
  ref: Ref<HTMLDivElement>
}

/** One entry on one line; what else is known of it opens below. */
export const LogRow = memo(function LogRow(props: LogRowProps) {
  const { entry, id, index, top, isCurrent, isOpen, isWrapped, onToggle, ref } = props
  const { at, level, source, server, text, facts } = entry
  return (
    <div
      ref={ref}
      id={id}
      data-index={index}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={isCurrent}
      className={styles.row}
      data-wrapped={isWrapped || isOpen || undefined}
      style={{ transform: `translateY(${top}px)` }}
    >
      <div role="gridcell" className={styles.fold}>
        {facts && <Fold entry={entry} isOpen={isOpen} onToggle={onToggle} />}
      </div>
      <time role="gridcell" className={styles.time} title={new Date(at).toLocaleString()}>
        {clockTime(at)}
      </time>
      <span role="gridcell" className={styles.server} data-ours={source === 'metamcp' || undefined}>
        {source === 'metamcp' ? 'metamcp' : server?.name}
      </span>
      <Level level={level} />
      <div role="gridcell" className={styles.text}>
        <span translate="no">{text}</span>
        {isOpen && facts && <Facts facts={facts} />}
      </div>
      <span role="gridcell" className={styles.about}>
        {source === 'metamcp' && server && <About server={server} />}
      </span>
    </div>
  )
})

function Fold({ entry, isOpen, onToggle }: Pick<LogRowProps, 'entry' | 'isOpen' | 'onToggle'>) {
  const { t } = useTranslation('logs')
  const Icon = isOpen ? FoldedOutIcon : FoldedIcon
  return (
    <ActionIcon
      size={24}
      tabIndex={-1}
      aria-expanded={isOpen}
      aria-label={t('facts', { time: clockTime(entry.at) })}
      onClick={() => onToggle(entry.seq)}
    >
      <Icon size={14} />
    </ActionIcon>
  )
}

function Level({ level }: Pick<LogEntry, 'level'>) {
  const { t } = useTranslation('logs')
  return (
    <span role="gridcell" className={styles.level} data-level={level}>
      {t(`level.${level}`)}
    </span>
  )
}

function Facts({ facts }: { facts: Record<string, unknown> }) {
  const { t } = useTranslation('logs')
  const json = JSON.stringify(facts, null, 2)
  return (
    <div className={styles.facts}>
      <pre translate="no">{json}</pre>
      <CopyButton text={json} label={t('json')} />
    </div>
  )
}

function About({ server: { id, name } }: { server: NonNullable<LogEntry['server']> }) {
  if (id === null) return name
  return (
    <Link to="/servers" search={{ selected: id }} className={styles.link}>
      → {name}
    </Link>
  )
}
