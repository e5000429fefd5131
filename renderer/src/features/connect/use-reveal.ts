import { useMutation, useQuery } from '@tanstack/react-query'
import { useTRPC } from '../../trpc.ts'
import { tellProblem } from '../../ui/undo.ts'

/** Shows a file in its folder; `null` in a browser, which cannot. */
export function useReveal(): ((path: string) => void) | null {
  const trpc = useTRPC()
  const { data } = useQuery(trpc.host.abilities.queryOptions())
  const { mutate } = useMutation(
    trpc.host.reveal.mutationOptions({ onError: (error) => tellProblem(error) }),
  )
  return data?.abilities.includes('reveal') ? (path) => mutate({ path }) : null
}
