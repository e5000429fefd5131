import { TRPCClientError, type Operation, type TRPCLink } from '@trpc/client'
import { observable } from '@trpc/server/observable'
import type { AnyTRPCRouter } from '@trpc/server'
import type { IpcAnswer, IpcBridge } from '../../shared/ipc.ts'

/** The last link of a tRPC client whose server is the app around the page. */
export function ipcLink<Router extends AnyTRPCRouter>(bridge: IpcBridge): TRPCLink<Router> {
  return () => {
    const waiting = new Map<string, (answer: IpcAnswer) => void>()
    bridge.onAnswer((answer) => waiting.get(answer.id)?.(answer))

    return ({ op }) =>
      observable((observer) => {
        const id = crypto.randomUUID()
        waiting.set(id, (answer) => {
          if ('error' in answer) {
            waiting.delete(id)
            return observer.error(TRPCClientError.from({ error: answer.error }))
          }
          if (answer.result.type !== 'stopped') observer.next({ result: answer.result })
          if (!endsCall(op, answer.result.type)) return
          waiting.delete(id)
          observer.complete()
        })

        const stop = () => {
          if (waiting.delete(id)) bridge.send({ kind: 'stop', id })
        }
        const abort = () => {
          stop()
          observer.error(TRPCClientError.from(abortError(op)))
        }
        if (op.signal?.aborted) return observer.error(TRPCClientError.from(abortError(op)))
        op.signal?.addEventListener('abort', abort, { once: true })
        bridge.send({ kind: 'call', id, type: op.type, path: op.path, input: op.input })
        return () => {
          op.signal?.removeEventListener('abort', abort)
          stop()
        }
      })
  }
}

function endsCall(op: Operation, type: 'data' | 'started' | 'stopped'): boolean {
  return type === 'stopped' || (type === 'data' && op.type !== 'subscription')
}

function abortError(op: Operation): Error {
  const reason: unknown = op.signal?.reason
  return reason instanceof Error ? reason : new Error(`"${op.path}" was stopped`)
}
