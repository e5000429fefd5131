import { addInput, readTextInput } from '../../../shared/add-server.ts'
import { managementProcedure, router } from '../rpc.ts'
import type { Adding } from './adding.ts'

export type AddingRouterOptions = { adding: Adding }

/** Adding servers from what people have of them, for management callers. */
export function addingRouter({ adding }: AddingRouterOptions) {
  return router({
    /** A mutation, since what was read is kept for ten minutes, and a text may hold secrets. */
    read: managementProcedure
      .input(readTextInput)
      .mutation(({ input }) => adding.readText(input.text)),

    add: managementProcedure.input(addInput).mutation(({ input }) => adding.add(input)),
  })
}
