import { z } from 'zod'
import { fileChoice, notice, type HostAbility, type HostView } from '../../../shared/host.ts'
import { AppError } from '../errors.ts'
import type { HostActions } from '../host-actions.ts'
import { adminProcedure, managementProcedure, router } from '../rpc.ts'

export type HostRouterOptions = {
  /** `null` where nobody sits before us. */
  host: HostActions | null
  dataDir: string
}

/** What the window asks of the program that it is a window of. */
export function hostRouter({ host, dataDir }: HostRouterOptions) {
  const actions = host ?? {}

  return router({
    abilities: managementProcedure.query((): HostView => ({
      kind: host ? 'desktop' : 'headless',
      abilities: abilitiesOf(actions),
      update: actions.updates?.state() ?? null,
    })),

    openDataFolder: adminProcedure.mutation(() => offered(actions.openFolder)(dataDir)),

    reveal: adminProcedure
      .input(z.strictObject({ path: z.string().min(1).max(4_000) }))
      .mutation(({ input }) => offered(actions.reveal)(input.path)),

    chooseFile: adminProcedure
      .input(fileChoice)
      .mutation(async ({ input }) => ({ path: await offered(actions.chooseFile)(input) })),

    notify: adminProcedure.input(notice).mutation(({ input }) => offered(actions.notify)(input)),

    restart: adminProcedure.mutation(() => offered(actions.restart)()),
    quit: adminProcedure.mutation(() => offered(actions.quit)()),

    checkForUpdates: adminProcedure.mutation(async () => {
      await offered(actions.updates).check()
      return offered(actions.updates).state()
    }),

    installUpdate: adminProcedure.mutation(() => offered(actions.updates).install()),
  })
}

function abilitiesOf(actions: HostActions): HostAbility[] {
  const has: Record<HostAbility, unknown> = {
    openDataFolder: actions.openFolder,
    reveal: actions.reveal,
    chooseFile: actions.chooseFile,
    notify: actions.notify,
    restart: actions.restart,
    quit: actions.quit,
    openAtLogin: actions.opensAtLogin,
    updates: actions.updates,
  }
  return (Object.keys(has) as HostAbility[]).filter((ability) => has[ability])
}

function offered<T>(action: T | undefined): T {
  if (action !== undefined) return action
  throw new AppError('unavailable', 'This needs the desktop app: here nobody sits before MetaMCP.')
}
