import { Switch } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { Owned } from '../../../shared/account.ts'
import { useTRPC } from '../trpc.ts'
import { doing } from '../ui/doing.ts'
import { useHasAccounts, useIsAdmin, useMayChange, useMe } from './me.ts'
import styles from './sharing.module.css'

/** Whose things are, in a word or two. */
function useOwnership() {
  const { t } = useTranslation('shell')
  const caller = useMe()?.caller
  const hasAccounts = useHasAccounts()
  const isAdmin = useIsAdmin()
  const options = { enabled: hasAccounts && isAdmin }
  const people = useQuery(useTRPC().accounts.list.queryOptions(undefined, options))
  const isOwn = ({ ownerId }: Owned) => caller?.kind === 'account' && caller.id === ownerId
  return {
    wordOf(thing: Owned): string | null {
      const { ownerId, shared } = thing
      if (!hasAccounts) return null
      if (ownerId === null) return t('sharing.everybody')
      if (isOwn(thing)) return shared ? t('sharing.ownShared') : t('sharing.own')
      const name = people.data?.find(({ id }) => id === ownerId)?.name
      if (name === undefined) return t('sharing.shared')
      return shared ? t('sharing.sharedBy', { name }) : name
    },
  }
}

/** Beside a name, where there are accounts: whose it is. */
export function OwnerWord({ thing }: { thing: Owned }) {
  const word = useOwnership().wordOf(thing)
  return word && <span className={styles.word}>{word}</span>
}

type ShareFieldProps = {
  thing: Owned & { name: string }
  onChange: (shared: boolean) => Promise<unknown>
}

/** Why the controls of a thing are off: one may use it, and not change it. Else nothing. */
export function useLockWords(): (thing: Owned) => string | undefined {
  const { t } = useTranslation('shell')
  const mayChange = useMayChange()
  return (thing) => {
    if (mayChange(thing)) return undefined
    return t(thing.ownerId === null ? 'sharing.everybodyHelp' : 'sharing.lookOnly')
  }
}

/** Whether all accounts may use a thing of one of them; nothing where there are no accounts. */
export function ShareField({ thing, onChange }: ShareFieldProps) {
  const { t } = useTranslation('shell')
  const hasAccounts = useHasAccounts()
  const locked = useLockWords()(thing)
  if (!hasAccounts) return null
  if (locked !== undefined) return <p className={styles.note}>{locked}</p>
  if (thing.ownerId === null) return <p className={styles.note}>{t('sharing.everybodyHelp')}</p>
  const { name, shared } = thing
  return (
    <Switch
      className={styles.field}
      label={t('sharing.share')}
      description={shared ? t('sharing.sharedHelp') : t('sharing.ownHelp')}
      checked={shared}
      onChange={(event) => {
        const next = event.currentTarget.checked
        void doing(name, () => onChange(next))
      }}
    />
  )
}
