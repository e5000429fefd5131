import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { Namespace } from '../../../../shared/namespace.ts'
import type { ServerView } from '../../../../shared/server.ts'
import { useTRPC, useTRPCClient } from '../../trpc.ts'
import { offerUndo, tell, tellProblem } from '../../ui/undo.ts'

const LONGER_MS = 300_000

export type ServerActions = ReturnType<typeof useServerActions>

/** All that can be done with servers; what is refused is told, and nothing is thrown. */
export function useServerActions() {
  const { t } = useTranslation('servers')
  const client = useTRPCClient()
  const { setEnabled, takeOut, readAgain } = useListed()
  const namesOf = (servers: readonly ServerView[]) =>
    servers.length === 1 ? (servers[0]?.name ?? '') : t('some', { count: servers.length })
  const doing = async (what: string, work: () => Promise<unknown>) => {
    try {
      await work()
    } catch (error) {
      tellProblem(error, what)
      readAgain()
    }
  }

  return {
    setEnabled,
    remove: (servers: readonly ServerView[]) =>
      doing(namesOf(servers), async () => {
        const ids = servers.map(({ id }) => id)
        takeOut(ids)
        const { removalId, left } = await client.servers.deleteMany.mutate({ ids })
        offerUndo({
          message: removedText(t, namesOf(servers), left),
          undo: () => client.removals.restore.mutate({ id: removalId }),
        })
      }),
    startAgain: (servers: readonly ServerView[]) =>
      doing(namesOf(servers), () =>
        Promise.all(servers.map(({ id }) => client.servers.restart.mutate({ id }))),
      ),
    waitLonger: ({ id, name }: ServerView) =>
      doing(name, () => client.servers.waitLonger.mutate({ id, ms: LONGER_MS })),
    signIn: ({ id, name }: ServerView) =>
      doing(name, async () => {
        const { url } = await client.oauth.signIn.mutate({ serverId: id })
        window.open(url, '_blank', 'noopener')
      }),
    signOut: ({ id, name }: ServerView) =>
      doing(name, async () => {
        const { revoked } = await client.oauth.signOut.mutate({ serverId: id })
        tell(t(revoked ? 'signedOut' : 'signedOutHere', { name }))
      }),
    useUrl: ({ id, name, url: before }: ServerView, url: string) =>
      doing(name, async () => {
        await client.servers.update.mutate({ id, patch: { url } })
        const back = () => client.servers.update.mutate({ id, patch: { url: before } })
        offerUndo({ message: t('urlChanged', { name, url }), undo: back })
      }),
    addTo: (namespace: Namespace, added: readonly ServerView[]) =>
      doing(namespace.name, async () => {
        const back = await addTo(client, namespace, added)
        const what = namesOf(added)
        offerUndo({ message: t('added', { what, namespace: namespace.name }), undo: back })
      }),
  }
}

/** Puts servers at the end of a namespace; resolves with how to take that back. */
async function addTo(
  client: ReturnType<typeof useTRPCClient>,
  { id, servers: before }: Namespace,
  added: readonly ServerView[],
) {
  const members = before.map(({ serverId, enabled }) => ({ serverId, enabled }))
  const known = new Set(members.map(({ serverId }) => serverId))
  const fresh = added.filter((one) => !known.has(one.id)).map((one) => ({ serverId: one.id }))
  await client.namespaces.update.mutate({ id, patch: { servers: [...members, ...fresh] } })
  return () => client.namespaces.update.mutate({ id, patch: { servers: members } })
}

/** What is switched or removed shows so at once; what the core says comes right after. */
function useListed() {
  const trpc = useTRPC()
  const cache = useQueryClient()
  const client = useTRPCClient()
  const { t } = useTranslation('servers')
  const readAgain = () => void cache.invalidateQueries(trpc.servers.list.queryFilter())
  const takeOut = (ids: readonly string[]) =>
    cache.setQueryData(trpc.servers.list.queryKey(), (list) =>
      list?.filter((one) => !ids.includes(one.id)),
    )
  const { mutate } = useMutation(
    trpc.servers.setEnabledMany.mutationOptions({
      onMutate({ ids, enabled }) {
        const state = enabled ? ('stopped' as const) : ('disabled' as const)
        cache.setQueryData(trpc.servers.list.queryKey(), (list) =>
          list?.map((one) => (ids.includes(one.id) ? { ...one, enabled, state } : one)),
        )
      },
      onError(error) {
        tellProblem(error)
        readAgain()
      },
    }),
  )
  /** With `isTold`, where the row goes out of sight, there is a toast with the way back. */
  const setEnabled = (servers: readonly ServerView[], enabled: boolean, isTold = false) => {
    const changed = servers.filter((one) => one.enabled !== enabled)
    const ids = changed.map(({ id }) => id)
    const [first] = changed
    if (!first) return
    mutate({ ids, enabled })
    if (!isTold) return
    const what = ids.length === 1 ? first.name : t('some', { count: ids.length })
    offerUndo({
      message: t(enabled ? 'switchedOn' : 'switchedOff', { what }),
      undo: () => client.servers.setEnabledMany.mutate({ ids, enabled: !enabled }),
    })
  }
  return { setEnabled, takeOut, readAgain }
}

type Left = { namespaces: number; tools: number }
type Translate = ReturnType<typeof useTranslation<'servers'>>['t']

function removedText(t: Translate, what: string, { namespaces, tools }: Left): string {
  if (namespaces === 0) return t('removed', { what })
  const left = t('namespaces', { count: namespaces })
  return t('removedFrom', { what, count: tools, namespaces: left })
}
