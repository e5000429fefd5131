import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import {
  isOwnModule,
  type MiddlewareEntry,
  type MiddlewareKindView,
} from '../../../../shared/middleware.ts'
import { useTRPC } from '../../trpc.ts'
import { offerUndo, tellProblem } from '../../ui/undo.ts'
import { useDefinition, useIsLocked } from './use-locked.ts'

type Edit = (entries: readonly MiddlewareEntry[]) => MiddlewareEntry[]

/** The list of a namespace: changes are shown at once, and taken back where the core refuses. */
export type MiddlewareActions = ReturnType<typeof useMiddleware>

export function useMiddleware(id: string) {
  const { t } = useTranslation('namespaces')
  const name = useMiddlewareName()
  const kinds = useQuery(
    useTRPC().namespaces.middlewareKinds.queryOptions(undefined, { select: withoutFixed }),
  )
  const entries = useDefinition(id)?.middleware ?? NONE
  const isLocked = useIsLocked()(id)
  const change = useChange(id)

  async function told(edit: Edit): Promise<boolean> {
    const refusal = isLocked ? t('notChanged') : await change(edit)
    if (refusal !== null) tellProblem(refusal, t('notChanged'))
    return refusal === null
  }

  return {
    ...{ entries, kinds, isLocked, name },
    toggle: (at: number) =>
      void told((list) => put(list, at, { ...list[at], enabled: list[at]?.enabled === false })),
    /** Resolves with where it is now; where it was, if it cannot go there. */
    async move(at: number, to: number): Promise<number> {
      if (to < 0 || to >= entries.length || to === at) return at
      return (await told((list) => moved(list, at, to))) ? to : at
    },
    /** Resolves with why it was refused; `null`: it was not. */
    save: (at: number, entry: MiddlewareEntry) => change((list) => put(list, at, entry)),
    async remove(at: number): Promise<boolean> {
      const entry = entries[at]
      if (!entry || !(await told((list) => list.filter((_, index) => index !== at)))) return false
      offerUndo({
        message: t('middleware.removed', { name: name(entry.use) }),
        undo: () => told((list) => [...list.slice(0, at), entry, ...list.slice(at)]),
      })
      return true
    },
  }
}

const NONE: readonly MiddlewareEntry[] = []

/** Those that one may choose. */
function withoutFixed(kinds: MiddlewareKindView[]): MiddlewareKindView[] {
  return kinds.filter(({ isFixed }) => !isFixed)
}

/** What people call one: somebody's own by its file alone. */
function useMiddlewareName(): (use: string) => string {
  const { t } = useTranslation('namespaces')
  return (use) =>
    isOwnModule(use)
      ? (use.split(/[\\/]/).at(-1) ?? use)
      : t(`middleware.kind.${use}.title`, { defaultValue: use })
}

/** Changes the list as it is then; resolves with what the core says against it. */
function useChange(id: string) {
  const trpc = useTRPC()
  const client = useQueryClient()
  const queryKey = trpc.namespaces.list.queryKey()
  const { mutateAsync: update } = useMutation(trpc.namespaces.update.mutationOptions())
  return async (edit: Edit): Promise<unknown> => {
    // An answer that was asked for before the change would show what was.
    await client.cancelQueries({ queryKey })
    const all = client.getQueryData(queryKey)
    const middleware = edit(all?.find((one) => one.id === id)?.middleware ?? [])
    client.setQueryData(queryKey, (before) =>
      before?.map((one) => (one.id === id ? { ...one, middleware } : one)),
    )
    try {
      await update({ id, patch: { middleware } })
      return null
    } catch (error) {
      return error
    } finally {
      await client.invalidateQueries({ queryKey })
    }
  }
}

/** In the place of what is there; one more at the end. */
function put(
  list: readonly MiddlewareEntry[],
  at: number,
  entry: Partial<MiddlewareEntry>,
): MiddlewareEntry[] {
  if (entry.use === undefined) return [...list]
  const whole = { ...entry, use: entry.use }
  return at < list.length
    ? list.map((one, index) => (index === at ? whole : one))
    : [...list, whole]
}

function moved(list: readonly MiddlewareEntry[], at: number, to: number): MiddlewareEntry[] {
  const entry = list[at]
  if (!entry) return [...list]
  const others = list.filter((_, index) => index !== at)
  return [...others.slice(0, to), entry, ...others.slice(to)]
}
