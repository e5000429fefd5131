import { useLocalStorage } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { useDeferredValue, useEffect, useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { LOG_LEVELS } from '../../../../shared/log-entry.ts'
import { useIsMember } from '../../shell/me.ts'
import { useTRPC } from '../../trpc.ts'
import { allCommands, useCommands } from '../../ui/commands.ts'
import { Empty, NoMatch } from '../../ui/empty.tsx'
import { LoadingRows } from '../../ui/loading.tsx'
import { Page as Frame } from '../../ui/page.tsx'
import { LogActions, LogMenu } from './log-actions.tsx'
import { useLogEntries } from './log-entries.ts'
import { logTest } from './log-filter.ts'
import { LogList } from './log-list.tsx'
import { saveLines } from './log-text.ts'
import styles from './logs.module.css'
import { LogNotice } from './notice.tsx'
import { useFollow } from './use-follow.ts'
import { useLogView } from './use-log-view.ts'

/** With so many servers, the finest words are only for those who ask. */
const MANY_SERVERS = 30
const WITHOUT_DEBUG = LOG_LEVELS.filter((level) => level !== 'debug')

/** What servers print and what we did, as it happens. */
export function Page() {
  const { t } = useTranslation('logs')
  const trpc = useTRPC()
  const servers = useQuery(trpc.servers.list.queryOptions())
  const isMany = (servers.data?.length ?? 0) >= MANY_SERVERS
  const log = useLogEntries()
  const isMember = useIsMember()
  const address = useLogView(isMany ? WITHOUT_DEBUG : null)
  const { text, servers: ids, levels } = useDeferredValue(address.view)
  const { test, isBroken } = useMemo(() => {
    return logTest({ text, servers: ids, levels })
    // The lists are made anew with every drawing.
  }, [text, ids?.join(), levels?.join()])
  const shown = useMemo(() => log.entries.filter(test), [log.entries, test])
  const follow = useFollow(shown)
  const [isWrapped, setWrapped] = useLocalStorage({ key: 'logs.wrap', defaultValue: false })
  useFocusedFilter(isMany)

  const wrap = () => setWrapped((before) => !before)
  const save = () => saveLines(shown)
  useCommands([
    { id: 'logs.follow', label: t('follow'), shortcut: 'alt+F', run: follow.follow },
    { id: 'logs.wrap', label: t('wrap'), shortcut: 'alt+Z', run: wrap },
    { id: 'logs.save', label: t('save'), run: save },
  ])
  return (
    <Frame
      title={t('title')}
      filter={{
        value: address.view.text,
        onChange: address.setText,
        placeholder: t('filter'),
      }}
      actions={<LogActions address={address} servers={servers.data ?? []} shown={shown} />}
      menu={<LogMenu shown={shown} isWrapped={isWrapped} onWrap={wrap} />}
    >
      <div className={styles.page}>
        {isMember && <p className={styles.notice}>{t('ownLines')}</p>}
        <LogNotice log={log} brokenText={isBroken ? text : null} />
        {shown.length > 0 ? (
          <LogList entries={shown} isWrapped={isWrapped} follow={follow} />
        ) : (
          <Nothing log={log} text={text} onClear={address.clear} />
        )}
      </div>
    </Frame>
  )
}

type NothingProps = { log: ReturnType<typeof useLogEntries>; text: string; onClear: () => void }

function Nothing({ log, text, onClear }: NothingProps) {
  const { t } = useTranslation('logs')
  if (!log.isRead) return log.problem === null ? <LoadingRows height={28} /> : null
  if (log.entries.length === 0) return <Empty title={t('empty.title')} text={t('empty.text')} />
  const words = text === '' ? t('noMatchHere') : t('noMatch', { text })
  return <NoMatch text={words} onClear={onClear} />
}

/** Among many servers one looks for something: the filter is where one begins. */
function useFocusedFilter(isWanted: boolean): void {
  useEffect(() => {
    if (isWanted) {
      allCommands()
        .find(({ id }) => id === 'page.filter')
        ?.run()
    }
  }, [isWanted])
}
