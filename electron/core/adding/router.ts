import { z } from 'zod'
import {
  addInput,
  MAX_BUNDLE_BYTES,
  readTextInput,
  registryChoice,
  registryQuery,
} from '../../../shared/add-server.ts'
import { newServer } from '../../../shared/server.ts'
import { AppError } from '../errors.ts'
import { adminProcedure, managementProcedure, router } from '../rpc.ts'
import type { Adding } from './adding.ts'

export type AddingRouterOptions = { adding: Adding }

/** Bytes as they come inside the app, or the body of a request. */
const bytesOrStream = z.union([z.instanceof(Uint8Array), z.instanceof(ReadableStream)])

/** Adding servers from what people have of them, for management callers. */
export function addingRouter({ adding }: AddingRouterOptions) {
  return router({
    /** A mutation, since what was read is kept for ten minutes, and a text may hold secrets. */
    read: managementProcedure
      .input(readTextInput)
      .mutation(({ ctx, input }) => adding.readText(ctx.access, input.text)),

    /** The bytes of an `.mcpb` file, over HTTP as `application/octet-stream`: a program. */
    readBundle: adminProcedure
      .input(bytesOrStream)
      .mutation(async ({ ctx, input }) => adding.readBundle(ctx.access, await readBytes(input))),

    /** Of a server that `search` has found. */
    readRegistry: managementProcedure
      .input(registryChoice)
      .mutation(({ ctx, input }) => adding.readRegistry(ctx.access, input.id)),

    search: managementProcedure
      .input(registryQuery)
      .query(({ input }) => adding.search(input.text)),

    /** Answers at once; `search` tells of what comes. */
    freshen: managementProcedure.mutation(() => adding.freshen()),

    /** Of what a person filled in by hand, as `add`. */
    create: managementProcedure
      .input(z.strictObject({ server: newServer, namespaceId: z.string().nullable() }))
      .mutation(({ ctx, input }) => adding.create(ctx.access, input.server, input.namespaceId)),

    /** Answers with the ids of the servers that were made. */
    add: managementProcedure
      .input(addInput)
      .mutation(({ ctx, input }) => adding.add(ctx.access, input)),
  })
}

async function readBytes(input: Uint8Array | ReadableStream): Promise<Uint8Array> {
  if (input instanceof Uint8Array) return withinLimit(input)
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of input as ReadableStream<Uint8Array>) {
    size += chunk.byteLength
    if (size > MAX_BUNDLE_BYTES) throw tooLarge()
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function withinLimit(bytes: Uint8Array): Uint8Array {
  if (bytes.byteLength > MAX_BUNDLE_BYTES) throw tooLarge()
  return bytes
}

function tooLarge(): AppError {
  return new AppError('invalid', 'This file is larger than 100 MB.')
}
