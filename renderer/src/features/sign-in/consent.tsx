import { Button } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useEffect, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { PendingConsent } from '../../../../shared/authorization.ts'
import { useMe } from '../../shell/me.ts'
import { useTRPC } from '../../trpc.ts'
import { Problem } from '../../ui/problem.tsx'
import { follow, post } from './door.ts'
import { Door } from './page.tsx'
import styles from './sign-in.module.css'
import { useRefusal } from './use-refusal.ts'

/** Where a client sends a person to be let in; the address is handed back as it came. */
export function Consent() {
  const { t } = useTranslation('sign-in')
  const me = useMe()
  const query = window.location.search.slice(1)
  const isPerson = me?.caller?.kind === 'account'
  const options = { enabled: isPerson }
  const pending = useQuery(useTRPC().authorization.pending.queryOptions({ query }, options))
  const name = pending.data?.clientName ?? ''
  useEffect(() => {
    if (name !== '') document.title = `${t('consent.title', { name })} – MetaMCP`
  }, [t, name])
  // The admin token is no person, in whose name a client could call.
  if (me && !isPerson) return <Door />
  if (pending.error) {
    return (
      <main className={styles.centred}>
        <div className={styles.column}>
          <h1 className={styles.title}>{t('consent.stale')}</h1>
          <p className={styles.text}>{t('consent.staleText')}</p>
        </div>
      </main>
    )
  }
  if (!pending.data || me?.caller?.kind !== 'account') {
    return <main className={styles.centred} aria-busy="true" />
  }
  return <Question consent={pending.data} query={query} email={me.caller.email} />
}

type QuestionProps = { consent: PendingConsent; query: string; email: string }

function Question({ consent, query, email }: QuestionProps) {
  const { t } = useTranslation('sign-in')
  const inWords = useRefusal()
  const { clientName, redirectHost, isLocalRedirect, endpoint } = consent
  const answer = useMutation({
    mutationFn: (accept: boolean) =>
      post('/api/auth/oauth2/consent', { accept, oauth_query: query }),
    onSuccess: ({ url }) => follow(url),
  })
  const isBusy = answer.isPending || answer.isSuccess
  return (
    <main className={styles.centred}>
      <div className={styles.column}>
        <h1 className={styles.title}>{t('consent.title', { name: clientName })}</h1>
        <p className={styles.text}>{t('consent.text')}</p>
        <dl className={styles.facts}>
          <Fact term={t('consent.client')} note={t('consent.clientNote')}>
            {clientName}
          </Fact>
          <Fact term={t('consent.goesTo')}>
            <code translate="no">{redirectHost}</code>
          </Fact>
          {endpoint && (
            <Fact term={t('consent.endpoint')}>
              {t('consent.tools', { name: endpoint.name, count: endpoint.toolCount })}
            </Fact>
          )}
          <Fact term={t('consent.as')}>{email}</Fact>
        </dl>
        {!endpoint && <Problem title={t('consent.noEndpoint')} />}
        {endpoint && isLocalRedirect && (
          <Problem tone="warn" title={t('consent.localTitle')} text={t('consent.localText')} />
        )}
        {answer.error && <Problem title={inWords(answer.error)} />}
        <div className={styles.buttons}>
          {endpoint && (
            <Button
              variant="filled"
              disabled={isBusy && !answer.variables}
              loading={isBusy && answer.variables}
              onClick={() => answer.mutate(true)}
            >
              {t('consent.allow')}
            </Button>
          )}
          <Button
            disabled={isBusy && answer.variables}
            loading={isBusy && !answer.variables}
            onClick={() => answer.mutate(false)}
          >
            {t('consent.refuse')}
          </Button>
        </div>
      </div>
    </main>
  )
}

function Fact({ term, note, children }: { term: string; note?: string; children: ReactNode }) {
  return (
    <div>
      <dt className={styles.term}>{term}</dt>
      <dd className={styles.fact}>
        {children}
        {note && <span className={styles.note}>{note}</span>}
      </dd>
    </div>
  )
}
