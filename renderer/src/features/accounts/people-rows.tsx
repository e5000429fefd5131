import { Menu, Select } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { menuColumn } from '../../ui/named-columns.tsx'
import type { Column } from '../../ui/row-props.ts'
import { Rows } from '../../ui/rows.tsx'
import { useListAddress } from '../../ui/use-address.ts'
import { useWhen } from '../../ui/use-when.ts'
import styles from './accounts.module.css'
import { usePeopleActions, type Person } from './use-people.ts'

const ROLES = ['admin', 'member'] as const

type PeopleRowsProps = {
  people: readonly Person[]
  /** Asks before: that cannot be undone. */
  onRemove: (person: Person) => void
  /** For who forgot their password. */
  onResetLink: (person: Person) => Promise<void>
}

export function PeopleRows({ people, onRemove, onResetLink }: PeopleRowsProps) {
  const { t } = useTranslation('accounts')
  const { search, go } = useListAddress()
  const { withdraw } = usePeopleActions()
  const remove = (person: Person) =>
    person.kind === 'account' ? onRemove(person) : void withdraw(person)
  return (
    <Rows
      label={t('title')}
      columns={useColumns(remove, onResetLink)}
      items={people}
      getId={({ id }) => id}
      getText={({ name }) => name}
      selectedId={search.selected ?? null}
      onSelect={(selected) => go({ selected })}
      onRemove={remove}
    />
  )
}

function useColumns(
  remove: (person: Person) => void,
  onResetLink: PeopleRowsProps['onResetLink'],
): Column<Person>[] {
  const { t } = useTranslation(['accounts', 'ui'])
  const when = useWhen()
  const visits = useVisitColumns()
  const unknown = <span className={styles.dim}>{t('ui:unknown')}</span>
  return [
    {
      ...{ key: 'name', label: t('columns.name'), minWidth: 110 },
      render: ({ name, email, isSelf }) => (
        <span title={email}>{isSelf ? t('you', { name }) : name}</span>
      ),
    },
    {
      ...{ key: 'email', label: t('columns.email'), minWidth: 150, yields: 4 },
      render: ({ email, invitedAt }) =>
        invitedAt === null ? (
          <span title={email}>{email}</span>
        ) : (
          <span className={styles.dim} title={when.moment(invitedAt)}>
            {t('invitedAgo', { when: when.ago(invitedAt) })}
          </span>
        ),
    },
    {
      ...{ key: 'role', label: t('columns.role'), width: 130 },
      render: (person) => <RoleCell person={person} />,
    },
    {
      ...{ key: 'with', label: t('columns.signsInWith'), minWidth: 110, yields: 1 },
      render: ({ signsInWith }) => (signsInWith.length > 0 ? signsInWith.join(', ') : unknown),
    },
    ...visits,
    menuColumn({
      label: t('ui:more'),
      nameOf: ({ name }) => t('moreOf', { name }),
      items: (person) => (
        <>
          {person.kind === 'account' && (
            <Menu.Item onClick={() => void onResetLink(person)}>{t('resetLink')}</Menu.Item>
          )}
          <Menu.Item rightSection="⌫" onClick={() => remove(person)}>
            {person.kind === 'account' ? t('remove') : t('withdraw')}
          </Menu.Item>
        </>
      ),
    }),
  ]
}

/** Whether somebody is here, and when they were last. */
function useVisitColumns(): Column<Person>[] {
  const { t } = useTranslation(['accounts', 'ui'])
  const when = useWhen()
  const unknown = <span className={styles.dim}>{t('ui:unknown')}</span>
  return [
    {
      ...{ key: 'sessions', label: t('columns.sessions'), width: 64, align: 'right', yields: 2 },
      render: ({ sessions }) => sessions ?? unknown,
    },
    {
      ...{ key: 'seen', label: t('columns.lastSeen'), width: 110, yields: 3 },
      render: ({ lastSeenAt }) =>
        lastSeenAt === null ? (
          unknown
        ) : (
          <span title={when.moment(lastSeenAt)}>{when.ago(lastSeenAt)}</span>
        ),
    },
  ]
}

function RoleCell({ person }: { person: Person }) {
  const { t } = useTranslation('accounts')
  const { setRole } = usePeopleActions()
  if (person.kind === 'invitation') return t(`roles.${person.role}`)
  return (
    <Select
      aria-label={t('roleOf', { name: person.name })}
      size="xs"
      tabIndex={-1}
      styles={{ input: { height: 24, minHeight: 24 } }}
      data={ROLES.map((value) => ({ value, label: t(`roles.${value}`) }))}
      value={person.role}
      allowDeselect={false}
      onClick={(event) => event.stopPropagation()}
      onChange={(value) => {
        const role = ROLES.find((one) => one === value)
        if (role && role !== person.role) void setRole(person, role)
      }}
    />
  )
}
