import { ActionIcon, Button, Checkbox, Menu } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { NamespaceSummary } from '../../../../shared/offer.ts'
import { useHasAccounts, useMayChange } from '../../shell/me.ts'
import { ShareField } from '../../shell/sharing.tsx'
import { MoreIcon } from '../../ui/icons.ts'
import { Machine } from '../../ui/machine.tsx'
import { Problem } from '../../ui/problem.tsx'
import { State } from '../../ui/state.tsx'
import { useFormat } from '../../ui/use-format.ts'
import { AskWhy } from '../namespaces/ask-why.tsx'
import { DiscoveryField } from './discovery-field.tsx'
import { EndpointName } from './endpoint-name.tsx'
import styles from './endpoints.module.css'
import { LimitFields } from './limit-fields.tsx'
import { NamespaceField } from './namespace-field.tsx'
import { useEndpointActions } from './use-endpoint-actions.ts'
import type { ShownEndpoint } from './use-endpoints.ts'

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]'])

type EndpointPaneProps = {
  endpoint: ShownEndpoint
  namespaces: readonly NamespaceSummary[]
  names: readonly string[]
  host: string | null
}

/** One endpoint: its addresses, what it serves, and who may call. */
export function EndpointPane({ endpoint, namespaces, names, host }: EndpointPaneProps) {
  const { t } = useTranslation('endpoints')
  const { change, share } = useEndpointActions()
  const { auth, name } = endpoint
  const isLocked = !useMayChange()(endpoint)
  const isOpen = endpoint.enabled && !auth.apiKey && !auth.oauth
  const askForKey = () => void change(endpoint, { auth: { apiKey: true } })
  const isNear = host === null || LOOPBACK.has(host)
  return (
    <div className={styles.pane}>
      <Head endpoint={endpoint} names={names} />
      {isOpen && (
        <Problem
          tone="warn"
          title={isNear ? t('open.here') : t('open.anywhere', { host })}
          actions={
            <Button disabled={isLocked} onClick={askForKey}>
              {t('open.ask')}
            </Button>
          }
        />
      )}
      <Field label={t('address')}>
        {endpoint.url && <Machine text={endpoint.url} label={t('urlOf', { name })} />}
        <Link to="/connect" search={{ endpoint: name }} className={styles.link}>
          {t('connect')}
        </Link>
      </Field>
      <OtherAddresses endpoint={endpoint} />
      <Field label={t('columns.namespace')}>
        <NamespaceField endpoint={endpoint} namespaces={namespaces} />
        <Offer endpoint={endpoint} />
        <AskWhy
          className={styles.why ?? ''}
          variant="subtle"
          size="compact-xs"
          endpointId={endpoint.id}
        />
      </Field>
      <Field label={t('find.title')}>
        <DiscoveryField endpoint={endpoint} />
      </Field>
      <Callers endpoint={endpoint} />
      <Field label={t('limits.title')}>
        <LimitFields endpoint={endpoint} />
      </Field>
      <ShareField thing={endpoint} onChange={(shared) => share(endpoint, shared)} />
      <Names endpoint={endpoint} />
    </div>
  )
}

/** For clients that speak something else than Streamable HTTP. */
function OtherAddresses({ endpoint }: Pick<EndpointPaneProps, 'endpoint'>) {
  const { t } = useTranslation('endpoints')
  const { name } = endpoint
  return (
    <Field label={t('otherAddresses')}>
      {endpoint.sseUrl && (
        <Labelled label="SSE">
          <Machine text={endpoint.sseUrl} label={t('sseOf', { name })} />
        </Labelled>
      )}
      {endpoint.openApiUrl && (
        <Labelled label="OpenAPI">
          <Machine text={endpoint.openApiUrl} label={t('openApiOf', { name })} />
        </Labelled>
      )}
      <Labelled label="stdio">
        <Machine
          text={`metamcp stdio --endpoint ${endpoint.address}`}
          label={t('stdioOf', { name })}
        />
      </Labelled>
    </Field>
  )
}

function Names({ endpoint }: Pick<EndpointPaneProps, 'endpoint'>) {
  const { t } = useTranslation('endpoints')
  const { change } = useEndpointActions()
  const isLocked = !useMayChange()(endpoint)
  return (
    <Field label={t('names')}>
      <Checkbox
        label={t('prefix')}
        description={
          <code translate="no">{endpoint.prefix ? 'github__search_issues' : 'search_issues'}</code>
        }
        checked={endpoint.prefix}
        disabled={isLocked}
        onChange={(event) => void change(endpoint, { prefix: event.currentTarget.checked })}
      />
    </Field>
  )
}

function Head({ endpoint, names }: Pick<EndpointPaneProps, 'endpoint' | 'names'>) {
  const { t } = useTranslation(['endpoints', 'ui', 'shared'])
  const { rename, remove, toggle } = useEndpointActions()
  const [isRenaming, setRenaming] = useState(false)
  const { name, enabled } = endpoint
  const isLocked = !useMayChange()(endpoint)
  return (
    <header className={styles.head}>
      {isRenaming ? (
        <EndpointName
          name={name}
          taken={names}
          onCancel={() => setRenaming(false)}
          onDone={(given) => {
            setRenaming(false)
            void rename(endpoint, given)
          }}
        />
      ) : (
        <h2 className={styles.title}>{name}</h2>
      )}
      {!enabled && <State tone="off">{t('shared:state.off')}</State>}
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon aria-label={t('moreOf', { name })}>
            <MoreIcon size={16} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item disabled={isLocked} onClick={() => void toggle(endpoint)}>
            {t(enabled ? 'switchOff' : 'switchOn')}
          </Menu.Item>
          <Menu.Item rightSection="F2" disabled={isLocked} onClick={() => setRenaming(true)}>
            {t('rename')}
          </Menu.Item>
          <Menu.Item rightSection="⌫" disabled={isLocked} onClick={() => void remove(endpoint)}>
            {t('remove')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </header>
  )
}

/** What clients get through it, or why they get nothing. */
function Offer({ endpoint: { namespace, cost } }: { endpoint: ShownEndpoint }) {
  const { t } = useTranslation('endpoints')
  const { about } = useFormat()
  if (!namespace) return null
  if (!namespace.enabled) {
    return <p className={styles.note}>{t('offer.off', { name: namespace.name })}</p>
  }
  if (namespace.servers === 0) {
    return (
      <p className={styles.note}>
        {t('offer.nothing')}{' '}
        <Link to="/servers" search={{ add: '1' }} className={styles.link}>
          {t('offer.addServer')}
        </Link>
      </p>
    )
  }
  // Middleware may make less of it than the namespace has.
  const tokens = about(cost?.all ?? namespace.tokens)
  return (
    <p className={styles.note}>
      {t('offer.tools', { count: namespace.tools, tokens })}
      {namespace.unseen > 0 && ` ${t('offer.unseen', { count: namespace.unseen })}`}
    </p>
  )
}

function Callers({ endpoint }: { endpoint: ShownEndpoint }) {
  const { t } = useTranslation('endpoints')
  const { change } = useEndpointActions()
  const { auth, keys } = endpoint
  const hasAccounts = useHasAccounts()
  const isLocked = !useMayChange()(endpoint)
  return (
    <Field label={t('callers')}>
      <Checkbox
        label={t('needsKey')}
        checked={auth.apiKey}
        disabled={isLocked}
        onChange={(event) => {
          void change(endpoint, { auth: { apiKey: event.currentTarget.checked } })
        }}
      />
      <Checkbox
        label={t('keyInUrl')}
        description={t('keyInUrlHelp')}
        checked={auth.queryParam}
        disabled={isLocked || !auth.apiKey}
        onChange={(event) => {
          void change(endpoint, { auth: { queryParam: event.currentTarget.checked } })
        }}
      />
      {(hasAccounts || auth.oauth) && (
        <Checkbox
          label={t('oauth')}
          description={t('oauthHelp')}
          checked={auth.oauth}
          disabled={isLocked}
          onChange={(event) => {
            void change(endpoint, { auth: { oauth: event.currentTarget.checked } })
          }}
        />
      )}
      {auth.apiKey && (
        <p className={styles.note}>
          {t('keysFit', { count: keys })}{' '}
          <Link to="/keys" search={keys === 0 ? { new: '1' } : {}} className={styles.link}>
            {t(keys === 0 ? 'newKey' : 'seeKeys')}
          </Link>
        </p>
      )}
    </Field>
  )
}

function Field({ label, children }: { label: string; children: ReactNode }) {
  return (
    <section className={styles.field} aria-label={label}>
      <h3 className={styles.label}>{label}</h3>
      {children}
    </section>
  )
}

function Labelled({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className={styles.labelled}>
      <span className={styles.note}>{label}</span>
      {children}
    </div>
  )
}
