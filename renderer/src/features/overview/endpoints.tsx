import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import type { Endpoint } from '../../../../shared/endpoint.ts'
import type { NamespaceSummary } from '../../../../shared/offer.ts'
import { useTRPC } from '../../trpc.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import styles from './overview.module.css'
import { useFormat } from '../../ui/use-format.ts'

const MOST_ROWS = 6

type EndpointsProps = {
  endpoints: readonly Endpoint[]
  namespaces: readonly NamespaceSummary[]
  /** Addresses of those that are on, by name. */
  urls: ReadonlyMap<string, string>
}

/** Where clients come in, and what they find there. */
export function Endpoints({ endpoints, namespaces, urls }: EndpointsProps) {
  const { t } = useTranslation('overview')
  const costs = useQuery(useTRPC().endpoints.costs.queryOptions())
  const others = endpoints.length - MOST_ROWS
  return (
    <section className={styles.half} aria-labelledby="endpoints">
      <h2 id="endpoints" className={styles.heading}>
        {t('endpoints')}
      </h2>
      <ul className={styles.rows}>
        {endpoints.slice(0, MOST_ROWS).map((endpoint) => (
          <EndpointRow
            key={endpoint.id}
            endpoint={endpoint}
            namespace={namespaces.find(({ id }) => id === endpoint.namespaceId)}
            tokens={costs.data?.find(({ id }) => id === endpoint.id)?.listed}
            url={urls.get(endpoint.id)}
          />
        ))}
      </ul>
      {others > 0 && (
        <Link to="/endpoints" className={styles.more}>
          {t('moreEndpoints', { count: others })}
        </Link>
      )}
    </section>
  )
}

type EndpointRowProps = {
  endpoint: Endpoint
  namespace: NamespaceSummary | undefined
  /** What clients read of it: less than all, where they search. */
  tokens: number | undefined
  url: string | undefined
}

function EndpointRow({ endpoint, namespace, tokens, url }: EndpointRowProps) {
  const { id, name, enabled } = endpoint
  const { t } = useTranslation('overview')
  const { number, about } = useFormat()
  const isOn = enabled && namespace?.enabled === true
  return (
    <li className={styles.endpoint}>
      <Link to="/endpoints" search={{ selected: id }} className={styles.plain}>
        {t('serves', { endpoint: name, namespace: namespace?.name ?? '–' })}
      </Link>
      {namespace && isOn && (
        <span className={styles.quiet}>
          {t('tools', { count: namespace.tools, number: number(namespace.tools) })}
        </span>
      )}
      {isOn && tokens !== undefined && (
        <span className={styles.quiet}>{t('tokens', { about: about(tokens) })}</span>
      )}
      {namespace && !isOn && <span className={styles.quiet}>{t('off')}</span>}
      {url !== undefined && <CopyButton text={url} label={t('urlOf', { name })} />}
    </li>
  )
}
