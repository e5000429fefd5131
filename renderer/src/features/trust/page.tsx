import { Button, Menu } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useWaiting } from '../../shell/use-waiting.ts'
import { neighbourOf } from '../../ui/doing.ts'
import { Empty, NoMatch } from '../../ui/empty.tsx'
import { ListAndPane } from '../../ui/list-and-pane.tsx'
import { LoadingRows } from '../../ui/loading.tsx'
import { Page as Frame } from '../../ui/page.tsx'
import { Problem } from '../../ui/problem.tsx'
import { useOwnText } from '../../ui/use-own-text.ts'
import { ApprovalRows } from '../approvals/approval-rows.tsx'
import { CommandPane } from './command-pane.tsx'
import { mayDecide, TrustList } from './list.tsx'
import { Rules } from './rules.tsx'
import { ToolPane } from './tool-pane.tsx'
import styles from './trust.module.css'
import { fits, groupsOf, type TrustRow } from './trust-rows.ts'
import { useDeciding, type Deciding } from './use-deciding.ts'
import { useSeen, type Seen } from './use-seen.ts'
import { useAddress, useTrust } from './use-trust.ts'

/** What waits for a person: commands, and tools that are new or others than before. */
export function Page() {
  const { t } = useTranslation(['trust', 'shared', 'namespaces', 'approvals'])
  const { search, go } = useAddress()
  const { rows, error } = useTrust()
  const [filter, narrow] = useOwnText({
    written: search.filter ?? '',
    write: (text) => go({ filter: text || undefined }),
    restMs: 120,
  })
  const shown = rows?.filter((row) => fits(row, filter, search.server)) ?? []
  const seen = useSeen(shown.find(({ id }) => id === search.selected))
  const deciding = useMovingOn(shown, seen, useDeciding())
  const clear = () => {
    narrow('')
    go({ server: undefined })
  }
  const hasRows = rows !== null && rows.length > 0
  const { calls, beside, commands } = useWaiting()
  const count = beside + commands
  return (
    <Frame
      title={t('title')}
      needs={count > 0 && t('shared:needYou', { count })}
      {...(hasRows && {
        filter: {
          value: filter,
          onChange: narrow,
          placeholder: t('filter'),
        },
      })}
      actions={
        search.server !== undefined &&
        shown.length > 0 && (
          <Button onClick={() => go({ server: undefined })}>{t('showAll')}</Button>
        )
      }
      menu={hasRows && <AcceptAll rows={shown} deciding={deciding} />}
    >
      {error !== null ? (
        <Problem title={t('unread')} details={error} />
      ) : (
        <div className={styles.page}>
          <Rules />
          <ApprovalRows />
          <div className={styles.rest} data-filled={hasRows || undefined}>
            <ListAndPane
              list={
                <List {...{ rows, shown, deciding, filter }} hasCalls={calls > 0} onClear={clear} />
              }
              pane={seen && <Pane key={seen.row.id} seen={seen} deciding={deciding} />}
              label={seen ? nameOf(seen.row) : ''}
              onClose={() => go({ selected: undefined })}
            />
          </div>
        </div>
      )}
    </Frame>
  )
}

type ListProps = {
  rows: readonly TrustRow[] | null
  shown: readonly TrustRow[]
  deciding: Deciding
  filter: string
  hasCalls: boolean
  onClear: () => void
}

function List({ rows, shown, deciding, filter, hasCalls, onClear }: ListProps) {
  const { t } = useTranslation('trust')
  if (!rows) return <LoadingRows />
  if (shown.length > 0) return <TrustList rows={shown} deciding={deciding} />
  if (rows.length > 0) {
    const text = filter === '' ? t('noneLeft') : t('noMatch', { filter })
    return <NoMatch text={text} onClear={onClear} />
  }
  return !hasCalls && <Empty title={t('nothing.title')} text={t('nothing.text')} />
}

function nameOf(row: TrustRow): string {
  return row.kind === 'tool' ? `${row.server} · ${row.tool}` : row.server
}

function Pane({ seen, deciding }: { seen: Seen; deciding: Deciding }) {
  const { row, isOld } = seen
  return (
    <>
      {isOld && <ChangedAgain seen={seen} />}
      {row.kind === 'tool' ? (
        <ToolPane row={row} isOld={isOld} deciding={deciding} />
      ) : (
        <CommandPane row={row} isOld={isOld} deciding={deciding} />
      )}
    </>
  )
}

/** What is shown is what was read; only what is so now can be accepted. */
function ChangedAgain({ seen: { row, renew } }: { seen: Seen }) {
  const { t } = useTranslation('trust')
  return (
    <div className={styles.again} role="alert">
      <Problem
        tone="warn"
        title={t('changedAgain', { server: row.server })}
        actions={<Button onClick={renew}>{t('showNewest')}</Button>}
      />
    </div>
  )
}

/** Of one server at a time, so that nobody waves through what they did not mean. */
function AcceptAll({ rows, deciding }: { rows: readonly TrustRow[]; deciding: Deciding }) {
  const { t } = useTranslation('trust')
  const groups = groupsOf(rows.filter(mayDecide))
  if (groups.length === 0) return <Menu.Label>{t('nothingToAccept')}</Menu.Label>
  return groups.map(({ serverId, server, rows: own }) => (
    <Menu.Item key={serverId} onClick={() => void deciding.acceptAll(own, server)}>
      {t('acceptAll', { count: own.length, server })}
    </Menu.Item>
  ))
}

/** What is decided leaves the list, and the next one takes its place. */
function useMovingOn(shown: readonly TrustRow[], seen: Seen | null, deciding: Deciding): Deciding {
  const { search, go } = useAddress()
  const moving = (decide: (row: TrustRow) => Promise<boolean>) => async (row: TrustRow) => {
    const next = neighbourOf(shown, row.id)
    const isDone = await decide(row)
    if (isDone && search.selected === row.id) go({ selected: next })
    return isDone
  }
  const accept = moving(deciding.accept)
  return {
    acceptAll: deciding.acceptAll,
    // What nobody has read is not accepted, by whatever key.
    accept: async (row) => (seen?.isOld !== true || seen.row.id !== row.id) && accept(row),
    refuse: moving(deciding.refuse),
    turnOff: moving(deciding.turnOff),
  }
}
