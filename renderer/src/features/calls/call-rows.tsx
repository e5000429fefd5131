import { Button } from '@mantine/core'
import { useMemo, useState, type MouseEvent, type UIEvent } from 'react'
import { useTranslation } from 'react-i18next'
import type { CallFilters } from '../../../../shared/calls.ts'
import { LoadingRows } from '../../ui/loading.tsx'
import { Problem } from '../../ui/problem.tsx'
import type { Column } from '../../ui/row-props.ts'
import { Rows } from '../../ui/rows.tsx'
import { useFormat } from '../../ui/use-format.ts'
import { useWhen } from '../../ui/use-when.ts'
import styles from './calls.module.css'
import { foldCalls, type FoldedCalls } from './fold-calls.ts'
import { Nothing } from './nothing.tsx'
import type { useCallList } from './use-call-list.ts'
import type { CallView } from './use-call-view.ts'
import { hasFailed, useCallWords } from './use-call-words.ts'

type CallRowsProps = {
  address: CallView
  filters: CallFilters
  list: ReturnType<typeof useCallList>
  onHold: (isHeld: boolean) => void
}

/** What was called; the same again and again is one line. */
export function CallRows({ address, filters, list, onHold }: CallRowsProps) {
  const { t } = useTranslation('calls')
  const { calls, error, waiting } = list
  const { selected, name } = address.said
  // Of one name alone, people look for the differences.
  const isFolded = name === undefined
  const lines = useMemo(() => foldCalls(calls ?? [], isFolded), [calls, isFolded])
  const columns = useColumns()
  const hold = useHold(onHold)
  if (error && !calls) return <Problem title={t('unread')} details={error.message} />
  if (!calls) return <LoadingRows height={28} />
  if (lines.length === 0) return <Nothing address={address} filters={filters} />
  const line = lines.find(({ ids }) => ids.some((id) => String(id) === selected))
  return (
    <div className={styles.list} {...hold.props}>
      <Rows
        label={t('title')}
        rowHeight={28}
        columns={columns}
        items={lines}
        getId={idOf}
        getText={({ last }) => last.name ?? ''}
        selectedId={line ? idOf(line) : null}
        onSelect={(id) => address.go({ selected: id })}
      />
      {waiting > 0 && (
        <Button className={styles.new} onClick={hold.release}>
          {t('new', { count: waiting })}
        </Button>
      )}
      {list.hasOlder && (
        <div className={styles.foot}>
          <Button loading={list.isFetchingOlder} onClick={list.older}>
            {t('older')}
          </Button>
        </div>
      )}
    </div>
  )
}

function idOf({ last }: FoldedCalls): string {
  return String(last.id)
}

/** While the pointer is inside, or what is newest is not in sight, nothing may move. */
function useHold(onHold: (isHeld: boolean) => void) {
  const [state, setState] = useState({ isInside: false, isDown: false })
  const change = (changed: Partial<typeof state>) => {
    const next = { ...state, ...changed }
    setState(next)
    onHold(next.isInside || next.isDown)
  }
  return {
    props: {
      onPointerEnter: () => change({ isInside: true }),
      onPointerLeave: () => change({ isInside: false }),
      onScrollCapture: ({ target }: UIEvent) => {
        const isDown = target instanceof HTMLElement && target.scrollTop > 0
        if (isDown !== state.isDown) change({ isDown })
      },
    },
    release({ currentTarget }: MouseEvent<HTMLElement>) {
      currentTarget.parentElement?.querySelector('[role="grid"]')?.scrollTo({ top: 0 })
      change({ isInside: false, isDown: false })
    },
  }
}

function useColumns(): Column<FoldedCalls>[] {
  const { t } = useTranslation('calls')
  const when = useWhen()
  const { duration } = useFormat()
  const words = useCallWords()
  return [
    {
      ...{ key: 'at', label: t('time'), width: 96 },
      render({ last: { at } }) {
        const iso = new Date(at).toISOString()
        return (
          <time className={styles.dim} title={when.moment(iso)} dateTime={iso}>
            {when.lately(iso)}
          </time>
        )
      },
    },
    {
      ...{ key: 'client', label: t('client'), width: 110, yields: 1 },
      render: ({ last }) => <span title={words.client(last)}>{words.client(last)}</span>,
    },
    {
      ...{ key: 'name', label: t('call'), minWidth: 160 },
      render: ({ last, ids }) => (
        <span className={styles.name} translate="no" title={words.name(last)}>
          {words.name(last)}
          {ids.length > 1 && (
            <span className={styles.times}>{t('times', { count: ids.length })}</span>
          )}
        </span>
      ),
    },
    {
      ...{ key: 'outcome', label: t('outcomeLabel'), minWidth: 120, yields: 2 },
      render({ last }) {
        const text = words.outcome(last)
        // What went well carries no mark, but for those who cannot see that there is none.
        if (text === null) return <span className={styles.unseen}>{t('outcome.ok')}</span>
        return (
          <span className={hasFailed(last) ? styles.bad : styles.dim} title={text}>
            {text}
          </span>
        )
      },
    },
    {
      ...{ key: 'took', label: t('took'), width: 96, align: 'right' },
      render: ({ fastestMs, slowestMs }) => (
        <span className={styles.dim}>{duration(fastestMs, slowestMs)}</span>
      ),
    },
  ]
}
