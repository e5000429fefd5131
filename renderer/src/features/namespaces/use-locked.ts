import { useQuery } from '@tanstack/react-query'
import { useMayChange } from '../../shell/me.ts'
import { useTRPC } from '../../trpc.ts'

/** A namespace's definition: whose it is, is told by that alone. */
export function useDefinition(id: string) {
  const list = useQuery(useTRPC().namespaces.list.queryOptions())
  return list.data?.find((namespace) => namespace.id === id)
}

/** Says of a namespace, by its id, that whoever looks may use it and not change it. */
export function useIsLocked(): (id: string) => boolean {
  const { data } = useQuery(useTRPC().namespaces.list.queryOptions())
  const mayChange = useMayChange()
  return (id) => {
    const definition = data?.find((namespace) => namespace.id === id)
    return definition !== undefined && !mayChange(definition)
  }
}
