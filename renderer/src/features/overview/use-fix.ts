import { useMutation } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import type { ServerFix } from '../../../../shared/server-problem.ts'
import type { ServerView } from '../../../../shared/server.ts'
import { useTRPC } from '../../trpc.ts'
import { tellProblem } from '../../ui/undo.ts'

const SIGN_IN: ReadonlySet<ServerFix> = new Set(['sign-in', 'sign-in-again'])
const START: ReadonlySet<ServerFix> = new Set(['start-again', 'start-now', 'try-again'])

/** What the button of a server that needs the person does: at once, or where the server is shown. */
export function useFix() {
  const trpc = useTRPC()
  const navigate = useNavigate()
  const onError = (error: unknown) => tellProblem(error)
  const restart = useMutation(trpc.servers.restart.mutationOptions({ onError }))
  const signIn = useMutation(
    trpc.oauth.signIn.mutationOptions({
      onError,
      onSuccess: ({ url }) => void window.open(url, '_blank', 'noopener'),
    }),
  )
  const show = (id: string, more: { tab?: string; focus?: string } = {}) =>
    void navigate({ to: '/servers', search: { selected: id, ...more } })
  return {
    show,
    fix(fix: ServerFix, { id }: ServerView) {
      if (SIGN_IN.has(fix)) return signIn.mutate({ serverId: id })
      if (START.has(fix)) return restart.mutate({ id })
      if (fix === 'review') {
        return void navigate({ to: '/trust', search: { selected: `run:${id}` } })
      }
      if (fix === 'show-log') return show(id, { tab: 'log' })
      if (fix === 'choose-command') return show(id, { tab: 'configuration', focus: 'command' })
      show(id)
    },
  }
}
