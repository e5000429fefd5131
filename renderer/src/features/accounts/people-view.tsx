import { Select } from '@mantine/core'
import { useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { listWords, NamedPage } from '../../ui/named-page.tsx'
import { ShownOnce } from '../../ui/shown-once.tsx'
import { useListAddress } from '../../ui/use-address.ts'
import styles from './accounts.module.css'
import { InviteRow } from './invite-row.tsx'
import { PeopleRows } from './people-rows.tsx'
import { RemoveDialog } from './remove-dialog.tsx'
import { usePeople, usePeopleActions, useSignUp, type Person } from './use-people.ts'

const MODES = ['open', 'invite', 'closed'] as const

type PeopleViewProps = {
  above: ReactNode
  /** The account of whoever looks, if they have one. */
  ownId: string | null
}

/** To make an account, or to set a new password; for whom it is. Its address is told this once. */
type Link = { kind: 'link' | 'reset'; name: string; url: string }

/** Who has an account, and who is invited. */
export function PeopleView({ above, ownId }: PeopleViewProps) {
  const { t } = useTranslation('accounts')
  const { go } = useListAddress()
  const { people, error } = usePeople(ownId)
  const { makeResetLink } = usePeopleActions()
  const [link, setLink] = useState<Link | null>(null)
  const [leaving, setLeaving] = useState<Person | null>(null)
  return (
    <>
      <NamedPage
        id="accounts"
        words={listWords(t)}
        items={people}
        error={error}
        textsOf={({ name, email }) => [name, email]}
        actions={<SignUpSelect />}
        above={
          <>
            {above}
            {people?.length === 1 && ownId && <p className={styles.note}>{t('onlyYou')}</p>}
          </>
        }
        form={
          <InviteRow
            taken={people?.map(({ email }) => email) ?? []}
            onCancel={() => go({ new: undefined })}
            onInvited={({ email, url }) => {
              setLink({ kind: 'link', name: email, url })
              go({ new: undefined })
            }}
          />
        }
        notice={link && <LinkOnce key={link.url} link={link} onDone={() => setLink(null)} />}
        list={(shown) => (
          <PeopleRows
            people={shown}
            onRemove={setLeaving}
            onResetLink={async (person) => {
              const url = await makeResetLink(person)
              if (url !== null) setLink({ kind: 'reset', name: person.name, url })
            }}
          />
        )}
      />
      <RemoveDialog person={leaving} onClose={() => setLeaving(null)} />
    </>
  )
}

function LinkOnce({ link, onDone }: { link: Link; onDone: () => void }) {
  const { t } = useTranslation('accounts')
  const { kind, name, url } = link
  return (
    <ShownOnce
      title={t(`${kind}.title`, { name })}
      secret={url}
      text={t(`${kind}.text`, { name })}
      leaving={{ title: t(`${kind}.leaveTitle`), text: t(`${kind}.leaveText`) }}
      onDone={onDone}
    />
  )
}

function SignUpSelect() {
  const { t } = useTranslation('accounts')
  const { mode, set } = useSignUp()
  return (
    <span className={styles.signUp}>
      <span>{t('signUp.label')}</span>
      <Select
        className={styles.signUpSelect}
        aria-label={t('signUp.label')}
        data={MODES.map((value) => ({ value, label: t(`signUp.${value}`) }))}
        value={mode ?? null}
        allowDeselect={false}
        onChange={(value) => {
          const chosen = MODES.find((one) => one === value)
          if (chosen) void set(chosen)
        }}
      />
    </span>
  )
}
