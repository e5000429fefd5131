import { useLocalStorage } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { useTRPC } from '../../trpc.ts'

const NOWHERE = ''

/** The namespace that servers are added to: the one of last time, or else `default`. */
export function useTarget() {
  const namespaces = useQuery(useTRPC().namespaces.list.queryOptions()).data ?? []
  const [chosen, choose] = useLocalStorage<string | null>({
    key: 'add-server.namespace',
    defaultValue: null,
  })
  const standard = namespaces.find(({ name }) => name === 'default') ?? namespaces[0]
  const isKnown = chosen === NOWHERE || namespaces.some(({ id }) => id === chosen)
  const value = isKnown && chosen !== null ? chosen : (standard?.id ?? NOWHERE)
  return {
    namespaces,
    /** For a field; the empty text stands for no namespace. */
    value,
    choose,
    namespaceId: value === NOWHERE ? null : value,
  }
}

export type Target = ReturnType<typeof useTarget>
