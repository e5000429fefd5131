import { ActionIcon, Menu, Tooltip } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useNavigate } from '@tanstack/react-router'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { CallBucket } from '../../../../shared/calls.ts'
import { useIsAdmin, useIsMember } from '../../shell/me.ts'
import { useTRPCClient } from '../../trpc.ts'
import { useCommands } from '../../ui/commands.ts'
import { SaveIcon } from '../../ui/icons.ts'
import { ListAndPane } from '../../ui/list-and-pane.tsx'
import { Page as Frame } from '../../ui/page.tsx'
import { tell, tellProblem } from '../../ui/undo.ts'
import { useFormat } from '../../ui/use-format.ts'
import { CallPane } from './call-pane.tsx'
import { CallRows } from './call-rows.tsx'
import styles from './calls.module.css'
import { ClearDialog } from './clear-dialog.tsx'
import { Filters } from './filters.tsx'
import { Pace, usePace } from './pace.tsx'
import { saveCalls, type SaveFormat } from './save-calls.ts'
import { StatsRows } from './stats-rows.tsx'
import { useCallList } from './use-call-list.ts'
import { useCallView } from './use-call-view.ts'
import { useHealth, useNews } from './use-news.ts'

/** What happened, for whom, how long it took, and why it failed. */
export function Page() {
  const { t } = useTranslation('calls')
  const address = useCallView()
  const { periodMs, view, said, go } = address
  const news = useNews()
  const pace = usePace({ filters: address.filters, periodMs, news })
  const [isHeld, setHeld] = useState(false)
  const [isClearing, setClearing] = useState(false)
  const [isTable, { toggle: turnTable }] = useDisclosure(false)
  const filters = useTimed(address, news)
  const list = useCallList(filters, isHeld)
  const summary = useSummary(pace, t(`last.${address.period}`))
  const selected = view === 'calls' ? Number(said.selected) : Number.NaN
  const rows =
    view === 'calls' ? (
      <CallRows {...{ address, filters, list }} onHold={setHeld} />
    ) : (
      <StatsRows {...{ address, filters, news }} by={view} />
    )
  return (
    <Frame
      title={t('title')}
      count={summary}
      filter={{ value: address.text, onChange: address.setText, placeholder: t('filter') }}
      actions={<SaveMenu filters={filters} />}
      menu={<CallsMenu {...{ isTable, turnTable }} onClear={() => setClearing(true)} />}
    >
      <ClearDialog isOpen={isClearing} onClose={() => setClearing(false)} onCleared={list.again} />
      <div className={styles.page}>
        <Notices />
        <Filters address={address} />
        {pace && pace.some(({ calls }) => calls > 0) && (
          <Pace {...{ pace, periodMs, summary, isTable }} />
        )}
        <div className={styles.below}>
          <ListAndPane
            list={rows}
            pane={Number.isInteger(selected) ? <CallPane id={selected} address={address} /> : null}
            label={t('one')}
            onClose={() => go({ selected: undefined })}
          />
        </div>
      </div>
    </Frame>
  )
}

/** The filters with the time; it moves on only when one looks for something else. */
function useTimed({ filters, periodMs }: ReturnType<typeof useCallView>, news: number) {
  return useMemo(() => {
    return { ...filters, since: news - periodMs }
    // News of calls are no reason to read all pages again.
  }, [filters, periodMs])
}

function useSummary(pace: readonly CallBucket[] | undefined, period: string): string {
  const { t } = useTranslation('calls')
  const { number } = useFormat()
  const sum = (key: 'calls' | 'failed') => (pace ?? []).reduce((all, one) => all + one[key], 0)
  const [calls, failed] = [sum('calls'), sum('failed')]
  if (!pace) return period
  const counts = [
    t('count', { count: calls, number: number(calls) }),
    ...(failed > 0 ? [t('failedCount', { count: failed, number: number(failed) })] : []),
  ]
  return [period, ...counts].join(' · ')
}

function Notices() {
  const { t } = useTranslation('calls')
  const { data: health } = useHealth()
  const isMember = useIsMember()
  const { number } = useFormat()
  const dropped = health?.dropped ?? 0
  return (
    <>
      {isMember && <p className={styles.notice}>{t('ownCalls')}</p>}
      {dropped > 0 && (
        <p className={styles.notice} data-tone="warn" role="status">
          {t('dropped', { count: dropped, number: number(dropped) })}
        </p>
      )}
    </>
  )
}

function SaveMenu({ filters }: { filters: ReturnType<typeof useTimed> }) {
  const { t } = useTranslation('calls')
  const client = useTRPCClient()
  const save = async (format: SaveFormat) => {
    try {
      const { count, isAll } = await saveCalls(client, filters, format)
      tell(t(isAll ? 'saved' : 'savedNewest', { count }))
    } catch (error) {
      tellProblem(error, t('save'))
    }
  }
  useCommands([
    { id: 'calls.csv', label: t('saveCsv'), run: () => void save('csv') },
    { id: 'calls.jsonl', label: t('saveJsonl'), run: () => void save('jsonl') },
  ])
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Tooltip label={t('save')}>
          <ActionIcon aria-label={t('save')}>
            <SaveIcon size={16} />
          </ActionIcon>
        </Tooltip>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => void save('csv')}>{t('saveCsv')}</Menu.Item>
        <Menu.Item onClick={() => void save('jsonl')}>{t('saveJsonl')}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}

type CallsMenuProps = { isTable: boolean; turnTable: () => void; onClear: () => void }

function CallsMenu({ isTable, turnTable, onClear }: CallsMenuProps) {
  const { t } = useTranslation('calls')
  const navigate = useNavigate()
  const isAdmin = useIsAdmin()
  return (
    <>
      <Menu.Item onClick={turnTable}>{t(isTable ? 'asChart' : 'asTable')}</Menu.Item>
      <Menu.Item onClick={() => void navigate({ to: '/settings', search: { tab: 'data' } })}>
        {t('keep')}
      </Menu.Item>
      {isAdmin && <Menu.Item onClick={onClear}>{t('clear.ask')}</Menu.Item>}
    </>
  )
}
