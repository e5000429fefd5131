import {
  callTRPCProcedure,
  getTRPCErrorFromUnknown,
  getTRPCErrorShape,
  type AnyTRPCRouter,
} from '@trpc/server'
import { z } from 'zod'
import type { IpcAnswer } from '../../shared/ipc.ts'

/** As `IpcRequest`, checked: what a page sends is not to be trusted. */
const ipcRequest = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('call'),
    id: z.string().min(1).max(100),
    type: z.enum(['query', 'mutation', 'subscription']),
    path: z.string().max(200),
    input: z.unknown().optional(),
  }),
  z.strictObject({ kind: z.literal('stop'), id: z.string() }),
])

type Call = Extract<z.infer<typeof ipcRequest>, { kind: 'call' }>

export type CallsOptions<Context> = {
  router: AnyTRPCRouter
  context: Context
  /** Sends to the page. What it throws (a value that cannot be cloned) becomes the call's error. */
  post(answer: IpcAnswer): void
}

/** The app's end of the IPC with one page. */
export interface Calls {
  /** Takes any message of the page; throws if it is not an `IpcRequest`. */
  receive(message: unknown): void
  /** How many calls are not answered to their end. */
  readonly size: number
  /** Aborts what is under way. Nothing is posted afterwards. */
  close(): void
}

/**
 * Serves a tRPC router over messages. Values travel as structured clones, so the router has no
 * transformer; subscriptions are async iterables.
 */
export function openCalls<Context>(options: CallsOptions<Context>): Calls {
  const live = new Map<string, AbortController>()

  async function answer(call: Call, { signal }: AbortController): Promise<void> {
    const post = (body: unknown) => {
      if (!signal.aborted) options.post(Object.assign({ id: call.id }, body) as IpcAnswer)
    }
    try {
      await run(call, { ...options, signal, post })
    } catch (cause) {
      post({ error: errorShape(call, options, cause) })
    } finally {
      live.delete(call.id)
    }
  }

  return {
    receive(message) {
      const request = ipcRequest.parse(message)
      if (request.kind === 'stop') return live.get(request.id)?.abort()
      if (live.has(request.id)) return
      const abort = new AbortController()
      live.set(request.id, abort)
      void answer(request, abort)
    },
    get size() {
      return live.size
    },
    close() {
      for (const abort of live.values()) abort.abort()
    },
  }
}

type Run<Context> = Omit<CallsOptions<Context>, 'post'> & {
  signal: AbortSignal
  post(body: { result: object }): void
}

async function run<Context>(call: Call, options: Run<Context>): Promise<void> {
  const { router, context, signal, post } = options
  const { type, path, input } = call
  const result: unknown = await callTRPCProcedure({
    router,
    path,
    type,
    ctx: context,
    signal,
    batchIndex: 0,
    getRawInput: () => Promise.resolve(input),
  })
  if (type !== 'subscription') return post({ result: { type: 'data', data: result } })
  await relay(result as AsyncIterable<unknown>, options)
  post({ result: { type: 'stopped' } })
}

async function relay<Context>(
  values: AsyncIterable<unknown>,
  { signal, post }: Run<Context>,
): Promise<void> {
  const iterator = values[Symbol.asyncIterator]()
  const aborted = new Promise<IteratorResult<unknown>>((resolve) =>
    signal.addEventListener('abort', () => resolve({ done: true, value: undefined })),
  )
  try {
    signal.throwIfAborted()
    // A generator runs up to its first value only when asked for it: asked before "started" is
    // sent, it already listens when the page hears that it does.
    let next = iterator.next()
    post({ result: { type: 'started' } })
    for (;;) {
      const { done, value } = await Promise.race([next, aborted])
      if (done) return
      post({ result: { type: 'data', data: value } })
      next = iterator.next()
    }
  } finally {
    // Not awaited: a generator that waits for something else only ends when that comes.
    void iterator.return?.().catch(() => undefined)
  }
}

function errorShape<Context>(
  { type, path, input }: Call,
  { router, context }: CallsOptions<Context>,
  cause: unknown,
) {
  return getTRPCErrorShape({
    config: router._def._config,
    error: getTRPCErrorFromUnknown(cause),
    type,
    path,
    input,
    ctx: context,
  })
}
