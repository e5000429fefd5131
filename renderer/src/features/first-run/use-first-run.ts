import { useLocalStorage } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { useIsMember } from '../../shell/me.ts'
import { useTRPC } from '../../trpc.ts'
import type { AiClientView } from '../../../../shared/ai-client.ts'
import { stepOf, type Stage } from './step.ts'

const IS_SET_UP: ReadonlySet<AiClientView['state']> = new Set(['configured', 'connected'])

/** `null`: there is nothing left to begin, it was left, or it is not known yet. */
export function useFirstRun() {
  const trpc = useTRPC()
  const servers = useQuery(trpc.servers.list.queryOptions())
  const clients = useQuery(trpc.clients.list.queryOptions(undefined, { enabled: !useIsMember() }))
  const activity = useQuery(trpc.activity.overview.queryOptions({ minutes: 30 }))
  const [stage, setStage] = useLocalStorage<Stage>({
    key: 'first-run',
    defaultValue: 'new',
    getInitialValueInEffect: false,
  })
  const setUp = (clients.data?.clients ?? []).filter(({ state }) => IS_SET_UP.has(state))
  return {
    step: stepOf({
      servers: servers.data?.length,
      hasCalls: activity.data?.hasCalls,
      stage,
      setUp: clients.data && setUp.length,
    }),
    clients: clients.data,
    setUp,
    /** From now on its end is told, too. */
    begin: () => setStage('begun'),
    leave: () => setStage('left'),
    resume: () => setStage('new'),
  }
}
