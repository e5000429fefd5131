import { Button } from '@mantine/core'
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { AuditEntry } from '../../../../shared/audit.ts'
import { useTRPC, useTRPCClient } from '../../trpc.ts'
import { Empty, NoMatch } from '../../ui/empty.tsx'
import { LoadingRows } from '../../ui/loading.tsx'
import { Page as Frame } from '../../ui/page.tsx'
import { Problem } from '../../ui/problem.tsx'
import type { Column } from '../../ui/row-props.ts'
import { Rows } from '../../ui/rows.tsx'
import { useWhen } from '../../ui/use-when.ts'
import styles from './accounts.module.css'
import { useAuditWords } from './audit-words.ts'

const route = getRouteApi('/accounts')
const PAGE = 100

/** Who changed what. */
export function AuditView({ above }: { above: ReactNode }) {
  const { t } = useTranslation('accounts')
  const { filter: text = '', selected = null } = route.useSearch()
  const navigate = route.useNavigate()
  const change = (changed: { filter?: string | undefined; selected?: string }) =>
    void navigate({ search: (before) => ({ ...before, ...changed }), replace: true })
  const log = useLog(text)
  const entries = log.data?.pages.flatMap((page) => page.entries)
  const columns = useColumns()
  return (
    <Frame
      title={above ? t('title') : t('tabs.audit')}
      filter={{
        value: text,
        onChange: (next) => change({ filter: next || undefined }),
        placeholder: t('audit.filter'),
      }}
    >
      <div className={styles.page}>
        {above}
        {log.error && !entries && <Problem title={t('audit.unread')} details={log.error.message} />}
        {!entries && !log.error && <LoadingRows height={28} />}
        {entries?.length === 0 &&
          (text === '' ? (
            <Empty title={t('audit.empty.title')} text={t('audit.empty.text')} />
          ) : (
            <NoMatch
              text={t('audit.noMatch', { text })}
              onClear={() => change({ filter: undefined })}
            />
          ))}
        {entries && entries.length > 0 && (
          <Rows
            label={t('tabs.audit')}
            rowHeight={28}
            columns={columns}
            items={entries}
            getId={({ id }) => String(id)}
            selectedId={selected}
            onSelect={(id) => change({ selected: id })}
          />
        )}
        {log.hasNextPage && (
          <div className={styles.foot}>
            <Button loading={log.isFetchingNextPage} onClick={() => void log.fetchNextPage()}>
              {t('audit.older')}
            </Button>
          </div>
        )}
      </div>
    </Frame>
  )
}

/** Page by page, newest first. */
function useLog(text: string) {
  const client = useTRPCClient()
  const trpc = useTRPC()
  const asked = { limit: PAGE, ...(text !== '' && { text }) }
  return useInfiniteQuery({
    queryKey: [...trpc.audit.list.queryKey(asked), 'pages'],
    queryFn: ({ pageParam: before }) =>
      client.audit.list.query({ ...asked, ...(before !== null && { before }) }),
    initialPageParam: null as number | null,
    getNextPageParam: ({ entries, more }) => (more ? (entries.at(-1)?.id ?? null) : null),
    placeholderData: keepPreviousData,
  })
}

function useColumns(): Column<AuditEntry>[] {
  const { t } = useTranslation('accounts')
  const when = useWhen()
  const words = useAuditWords()
  return [
    {
      ...{ key: 'at', label: t('audit.at'), width: 150, yields: 4 },
      render: ({ at }) => <span title={when.moment(at)}>{when.lately(at)}</span>,
    },
    {
      ...{ key: 'who', label: t('audit.who'), width: 130 },
      render: ({ actor }) => words.actor(actor),
    },
    {
      ...{ key: 'what', label: t('audit.what'), minWidth: 160 },
      render(entry) {
        const text = words.action(entry)
        const outcome = words.outcome(entry)
        // Where there is little room, only here is said what it was done to.
        const all = [outcome, text, entry.target?.name, words.detail(entry)].filter(Boolean)
        return (
          <span title={all.join(' · ')}>
            {outcome && <span className={styles.bad}>{outcome} · </span>}
            {text}
          </span>
        )
      },
    },
    {
      ...{ key: 'target', label: t('audit.target'), yields: 2 },
      render: ({ target }) => target && <span title={target.name}>{target.name}</span>,
    },
    {
      ...{ key: 'detail', label: t('audit.detail'), minWidth: 140, yields: 1 },
      render(entry) {
        const text = words.detail(entry)
        return (
          <span className={styles.dim} title={text} translate="no">
            {text}
          </span>
        )
      },
    },
  ]
}
