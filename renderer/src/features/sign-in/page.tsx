import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { SessionView } from '../../../../shared/account.ts'
import { readSession } from '../../shell/session.ts'
import { Problem } from '../../ui/problem.tsx'
import { askAgain, errandOf, type Errand } from './door.ts'
import { ResetForm } from './reset-form.tsx'
import { SignInForm } from './sign-in-form.tsx'
import { SignUpForm } from './sign-up-form.tsx'
import styles from './sign-in.module.css'
import { TokenForm } from './token-form.tsx'

type Way = 'sign-in' | 'sign-up' | 'token' | 'reset'

/** The door of the window in a browser: what it asks for depends on who may come in here. */
export function Door() {
  const { t } = useTranslation('sign-in')
  const session = useQuery({ queryKey: ['session'], queryFn: readSession })
  const [chosen, setChosen] = useState<Way | null>(null)
  const [isReset, setReset] = useState(false)
  const isKnown = session.data?.caller?.kind === 'account'
  const [isLeaving, setLeaving] = useState(false)
  const title = t('title')
  useEffect(() => {
    document.title = title
  }, [title])
  useEffect(() => {
    if (isKnown && askAgain(errandOf(window.location))) setLeaving(true)
  }, [isKnown])
  if (session.error) {
    return (
      <main className={styles.centred}>
        <Problem
          title={t('unreachable')}
          details={session.error.message}
          actions={<Button onClick={() => void session.refetch()}>{t('again')}</Button>}
        />
      </main>
    )
  }
  if (!session.data || isLeaving) return <main className={styles.centred} aria-busy="true" />
  if (session.data.mode === 'token') return <TokenForm />
  const errand = errandOf(window.location)
  const way = chosen ?? firstWay(session.data, errand)
  const links = <Links way={way} session={session.data} onChoose={setChosen} />
  if (way === 'token') return <TokenForm others={links} />
  if (way === 'reset') {
    const { reset } = errand
    return <ResetForm reset={reset ?? ''} links={links} onDone={() => setReset(true)} />
  }
  const told = { session: session.data, errand, links }
  return way === 'sign-up' ? <SignUpForm {...told} /> : <SignInForm {...told} isReset={isReset} />
}

function firstWay({ firstAccount }: SessionView, { invitation, reset }: Errand): Way {
  if (firstAccount || invitation !== null) return 'sign-up'
  return reset === null ? 'sign-in' : 'reset'
}

type LinksProps = { way: Way; session: SessionView; onChoose: (way: Way) => void }

/** The other ways in, quietly. */
function Links({ way, session, onChoose }: LinksProps) {
  const { t } = useTranslation('sign-in')
  const { firstAccount, signUp } = session
  const { invitation, reset } = errandOf(window.location)
  // Whoever has forgotten a password has an account.
  const mayMake = reset === null && (firstAccount || signUp === 'open' || invitation !== null)
  const ways = [
    !firstAccount && ('sign-in' as const),
    mayMake && ('sign-up' as const),
    'token' as const,
  ]
  return (
    <div className={styles.links}>
      {ways.map(
        (other) =>
          other &&
          other !== way && (
            <button
              key={other}
              type="button"
              className={styles.link}
              onClick={() => onChoose(other)}
            >
              {t(`ways.${other}`)}
            </button>
          ),
      )}
    </div>
  )
}
