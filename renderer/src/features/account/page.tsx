import { Button } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useMe } from '../../shell/me.ts'
import { canSignOut, signOut } from '../../shell/session.ts'
import { Empty } from '../../ui/empty.tsx'
import { SignOutIcon } from '../../ui/icons.ts'
import { LoadingRows } from '../../ui/loading.tsx'
import { Page as Frame } from '../../ui/page.tsx'
import styles from './account.module.css'
import { Clients } from './clients.tsx'
import { NameForm } from './name-form.tsx'
import { PasswordForm } from './password-form.tsx'
import { Sessions } from './sessions.tsx'

/** What a person has here of their own: name, password, where they are signed in, whom they let in. */
export function Page() {
  const { t } = useTranslation('account')
  const caller = useMe()?.caller
  return (
    <Frame
      title={t('title')}
      actions={
        canSignOut && (
          <Button leftSection={<SignOutIcon size={16} />} onClick={() => void signOut()}>
            {t('signOut')}
          </Button>
        )
      }
    >
      {!caller && <LoadingRows />}
      {caller?.kind === 'operator' && (
        <Empty title={t('notYours.title')} text={t('notYours.text')} />
      )}
      {caller?.kind === 'account' && (
        <div className={styles.column}>
          <Part title={t('you')}>
            <NameForm key={caller.name} name={caller.name} />
            <p className={styles.note}>
              {caller.email} · {t(`roles.${caller.role}`)}
            </p>
          </Part>
          <Part title={t('clients')}>
            <Clients />
          </Part>
          <Part title={t('sessions')}>
            <Sessions />
          </Part>
          <Part title={t('password')}>
            <PasswordForm email={caller.email} />
          </Part>
        </div>
      )}
    </Frame>
  )
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className={styles.part} aria-label={title}>
      <h2 className={styles.title}>{title}</h2>
      {children}
    </section>
  )
}
