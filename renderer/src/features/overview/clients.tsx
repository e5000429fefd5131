import { Button } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { Dot } from '../../ui/state.tsx'
import type { ShownClient } from './clients-seen.ts'
import styles from './overview.module.css'
import { useFormat } from '../../ui/use-format.ts'
import { useWhen } from '../../ui/use-when.ts'

const MOST_ROWS = 6

/** Who uses us. */
export function Clients({ clients }: { clients: readonly ShownClient[] }) {
  const { t } = useTranslation('overview')
  const others = clients.length - MOST_ROWS
  return (
    <section className={styles.half} aria-labelledby="clients">
      <h2 id="clients" className={styles.heading}>
        {t('clients')}
      </h2>
      <ul className={styles.rows}>
        {clients.slice(0, MOST_ROWS).map((client) => (
          <ClientRow key={client.key} client={client} />
        ))}
      </ul>
      <div className={styles.after}>
        {others > 0 && <span className={styles.quiet}>{t('moreClients', { count: others })}</span>}
        <Button component={Link} to="/connect" variant="subtle" color="gray">
          {t('connect')}
        </Button>
      </div>
    </section>
  )
}

function ClientRow({ client }: { client: ShownClient }) {
  const { t } = useTranslation('overview')
  const { name, clientId, isHere } = client
  const shown = name === '' ? t('nameless') : name
  return (
    <li className={styles.client}>
      <Dot tone={isHere ? 'ok' : 'off'} />
      {clientId === null ? (
        <span className={styles.cut}>{shown}</span>
      ) : (
        <Link to="/connect" search={{ selected: clientId }} className={styles.plain}>
          {shown}
        </Link>
      )}
      <span className={styles.quiet}>{useClientWords(client)}</span>
    </li>
  )
}

function useClientWords({ seenAt, isHere, calls, tools }: ShownClient): string {
  const { t } = useTranslation('overview')
  const { number } = useFormat()
  const { ago } = useWhen()
  if (seenAt === null) return t('neverSeen')
  const when = isHere ? t('now') : ago(seenAt)
  if (calls > 0) return t('seen', { when, count: calls, number: number(calls) })
  return tools === null ? when : t('sees', { when, count: tools, number: number(tools) })
}
