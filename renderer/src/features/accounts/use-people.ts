import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { AccountRole, SignUpMode } from '../../../../shared/account.ts'
import { readSession } from '../../shell/session.ts'
import { useTRPC, useTRPCClient } from '../../trpc.ts'
import { doing } from '../../ui/doing.ts'
import { offerUndo, tell } from '../../ui/undo.ts'

/** Somebody who has an account, or is invited to make one. */
export type Person = {
  id: string
  kind: 'account' | 'invitation'
  /** Of somebody who is invited: the e-mail address. */
  name: string
  email: string
  role: AccountRole
  /** Names of the ways; none for who is invited. */
  signsInWith: string[]
  sessions: number | null
  lastSeenAt: string | null
  invitedAt: string | null
  isSelf: boolean
}

/** All accounts, and after them all invitations. */
export function usePeople(ownId: string | null) {
  const { t } = useTranslation('accounts')
  const trpc = useTRPC()
  const accounts = useQuery(trpc.accounts.list.queryOptions())
  const invitations = useQuery(trpc.accounts.invitations.queryOptions())
  const providers = useQuery(trpc.accounts.providers.queryOptions())
  const wayOf = (id: string) =>
    id === 'password' ? t('password') : (providers.data?.find((one) => one.id === id)?.name ?? id)
  const invited = invitations.data?.map(({ id, email, role, createdAt }): Person => ({
    ...{ id, kind: 'invitation', name: email, email, role, signsInWith: [] },
    ...{ sessions: null, lastSeenAt: null, invitedAt: createdAt, isSelf: false },
  }))
  const people = accounts.data?.map(({ id, name, email, role, ...rest }): Person => {
    const { sessions, lastSeenAt, signsInWith } = rest
    return {
      ...{ id, kind: 'account', name, email, role, sessions, lastSeenAt, invitedAt: null },
      ...{ signsInWith: signsInWith.map(wayOf), isSelf: id === ownId },
    }
  })
  return { people: people && [...people, ...(invited ?? [])], error: accounts.error }
}

/** All that can be done with somebody; what is refused is told. */
export function usePeopleActions() {
  const { t } = useTranslation('accounts')
  const client = useTRPCClient()
  const setRole = (id: string, role: AccountRole) => client.accounts.setRole.mutate({ id, role })
  const reasonsOf = ({ isSelf }: Person) => ({
    CONFLICT: t(isSelf ? 'lastAdmin' : 'lastOne'),
    NOT_FOUND: t('gone'),
  })
  return {
    setRole: (person: Person, role: AccountRole) => {
      const { id, name, role: before } = person
      return doing(
        name,
        async () => {
          await setRole(id, role)
          offerUndo({ message: t(`became.${role}`, { name }), undo: () => setRole(id, before) })
        },
        reasonsOf(person),
      )
    },
    remove: (person: Person) => {
      const { id, name } = person
      return doing(
        name,
        async () => {
          await client.accounts.remove.mutate({ id })
          tell(t('removed', { name }))
        },
        reasonsOf(person),
      )
    },
    /** Resolves with the link, which is told this once. `null`: it was refused. */
    async makeResetLink({ id, name }: Person): Promise<string | null> {
      let link: string | null = null
      await doing(name, async () => {
        const { url } = await client.accounts.makeResetLink.mutate({ id })
        link = url
      })
      return link
    },
    withdraw: ({ id, email }: Person) =>
      doing(email, async () => {
        await client.accounts.withdraw.mutate({ id })
        tell(t('withdrawn', { email }))
      }),
  }
}

const SESSION = ['session']

/** Who may make an account. */
export function useSignUp() {
  const { t } = useTranslation('accounts')
  const client = useTRPCClient()
  const queries = useQueryClient()
  const session = useQuery({ queryKey: SESSION, queryFn: readSession, staleTime: 0 })
  return {
    mode: session.data?.signUp,
    set: (mode: SignUpMode) =>
      doing(t('signUp.label'), async () => {
        await client.accounts.setSignUp.mutate({ mode })
        await queries.invalidateQueries({ queryKey: SESSION })
      }),
  }
}
