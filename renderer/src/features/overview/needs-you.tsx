import { Button } from '@mantine/core'
import { Link, useNavigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { betterUrl, problemFixes } from '../../../../shared/server-problem.ts'
import { serverState, type ShownServerState } from '../../../../shared/server-state.ts'
import type { ServerView } from '../../../../shared/server.ts'
import { useMayChange } from '../../shell/me.ts'
import { useWaiting, type Waiting } from '../../shell/use-waiting.ts'
import { Dot, State } from '../../ui/state.tsx'
import styles from './overview.module.css'
import { useFix } from './use-fix.ts'

const MOST_ROWS = 5

type NeedsYouProps = {
  servers: readonly ServerView[]
  /** Whether the first row may have the window's filled button. */
  isPrimary: boolean
}

/** What does not work without the person, with the button that helps; or that all is well. */
export function NeedsYou({ servers, isPrimary }: NeedsYouProps) {
  const { t } = useTranslation('overview')
  const needy = servers
    .map((server) => ({ server, state: serverState(server) }))
    .filter(({ state }) => state.needsYou)
  const waiting = useWaiting()
  const count = needy.length + waiting.beside
  if (count === 0) {
    return (
      <section className={styles.section} aria-label={t('needsYou')}>
        <div className={styles.well}>
          <State tone="ok">{t('well')}</State>
        </div>
      </section>
    )
  }
  const rows = [
    ...waitingRows(waiting),
    ...needy.map((one): Need => ({ kind: 'server', key: one.server.id, ...one })),
  ]
  const others = rows.length - MOST_ROWS
  return (
    <section className={styles.section} aria-labelledby="needs-you">
      <h2 id="needs-you" className={styles.heading} data-tone="warn">
        {t('needsYou')} <span className={styles.number}>{count}</span>
      </h2>
      <ul className={styles.rows}>
        {rows
          .slice(0, MOST_ROWS)
          .map((row, index) =>
            row.kind === 'server' ? (
              <NeedsRow
                key={row.key}
                server={row.server}
                state={row.state}
                isPrimary={isPrimary && index === 0}
              />
            ) : (
              <WaitingRow key={row.key} row={row} isPrimary={isPrimary && index === 0} />
            ),
          )}
      </ul>
      {others > 0 && <MoreNeeds count={others} isTrust={rows[MOST_ROWS]?.kind === 'waiting'} />}
    </section>
  )
}

/** Where the first of the others is shown. */
function MoreNeeds({ count, isTrust }: { count: number; isTrust: boolean }) {
  const { t } = useTranslation('overview')
  const label = t('moreNeeds', { count })
  return isTrust ? (
    <Link to="/trust" className={styles.more}>
      {label}
    </Link>
  ) : (
    <Link to="/servers" search={{ state: 'needs-you' }} className={styles.more}>
      {label}
    </Link>
  )
}

type WaitingNeed = { kind: 'waiting'; key: string; serverId?: string; name: string; count: number }
type Need =
  WaitingNeed | { kind: 'server'; key: string; server: ServerView; state: ShownServerState }

/** Calls first, since they wait for a short time alone, and then tools by their servers. */
function waitingRows({ calls, servers }: Waiting): Need[] {
  const held: Need[] = calls > 0 ? [{ kind: 'waiting', key: 'calls', name: '', count: calls }] : []
  const tools = servers.map(({ serverId, server: name, tools: count }): Need => {
    return { kind: 'waiting', key: `tools ${serverId}`, serverId, name, count }
  })
  return [...held, ...tools]
}

/** What waits on the page Trust. */
function WaitingRow({ row, isPrimary }: { row: WaitingNeed; isPrimary: boolean }) {
  const { t } = useTranslation(['overview', 'shared'])
  const navigate = useNavigate()
  const { serverId, count } = row
  const name = serverId === undefined ? t('heldCalls') : row.name
  const show = () => void navigate({ to: '/trust', search: { server: serverId } })
  const label = t('shared:fix.review')
  return (
    <li className={styles.need}>
      <Dot tone="warn" />
      <button type="button" className={styles.name} onClick={show}>
        {name}
      </button>
      <span className={styles.words}>
        {t(serverId === undefined ? 'callsWait' : 'toolsWait', { count })}
      </span>
      <Button
        variant={isPrimary ? 'filled' : 'default'}
        aria-label={t('fixOf', { fix: label, name })}
        onClick={show}
      >
        {label}
      </Button>
    </li>
  )
}

type NeedsRowProps = { server: ServerView; state: ShownServerState; isPrimary: boolean }

function NeedsRow({ server, state, isPrimary }: NeedsRowProps) {
  const { t } = useTranslation(['overview', 'shared'])
  const { fix, show } = useFix()
  const { problem, words, tone } = state
  const mayChange = useMayChange()(server)
  const [first] =
    problem && mayChange ? problemFixes(problem).filter((one) => one !== 'copy-details') : []
  const url = problem ? (betterUrl(problem) ?? '') : ''
  const label = first ? t(`shared:fix.${first}`, { url }) : t('show')
  return (
    <li className={styles.need}>
      <Dot tone={tone === 'busy' ? 'warn' : tone} />
      <button type="button" className={styles.name} onClick={() => show(server.id)}>
        {server.name}
      </button>
      <span className={styles.words}>{t(`shared:${words.key}`, words.values)}</span>
      <Button
        variant={isPrimary ? 'filled' : 'default'}
        aria-label={t('fixOf', { fix: label, name: server.name })}
        onClick={() => (first ? fix(first, server) : show(server.id))}
      >
        {label}
      </Button>
    </li>
  )
}
