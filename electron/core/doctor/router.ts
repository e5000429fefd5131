import { z } from 'zod'
import type { CheckableServer, InstanceCheck, ServerCheck } from '../../../shared/doctor.ts'
import type { OwnedServer } from '../../../shared/server.ts'
import { AppError } from '../errors.ts'
import { adminProcedure, managementProcedure, router } from '../rpc.ts'
import type { Doctor } from './doctor.ts'

export type DoctorRouterOptions = {
  doctor: Doctor
  /** In order of their names. */
  servers: () => OwnedServer[]
  instance: () => Promise<InstanceCheck[]>
}

/** What works and what does not, tried out for whoever asks. */
export function doctorRouter({ doctor, servers, instance }: DoctorRouterOptions) {
  return router({
    /** Those that the caller may check. */
    servers: managementProcedure.query(({ ctx }) =>
      servers()
        .filter((server) => ctx.access.changes(server))
        .map(checkable),
    ),

    /** Starts it for a look, beside what runs of it. A mutation, since a program may be started. */
    check: managementProcedure
      .input(z.strictObject({ serverId: z.string() }))
      .mutation(({ ctx, input: { serverId }, signal }): Promise<ServerCheck> => {
        const found = servers().find(({ id }) => id === serverId)
        const text = `There is no server with the id "${serverId}".`
        const server = ctx.access.requireChanged(found, () => new AppError('not-found', text))
        return doctor.check(server, signal)
      }),

    instance: adminProcedure.query(() => instance()),
  })
}

export function checkable({ id, name, type, enabled }: OwnedServer): CheckableServer {
  return { id, name, type, enabled }
}
