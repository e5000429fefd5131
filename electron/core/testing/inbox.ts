import type { RpcMessage } from '../json-rpc.ts'

type Test = (message: RpcMessage) => boolean

/** Messages as they came, and a way to wait for one. */
export interface Inbox {
  readonly all: readonly RpcMessage[]
  put(message: RpcMessage): void
  /** Resolves with the first message of this method, or that passes; also one that is there. */
  until(what: string | Test): Promise<RpcMessage>
}

export function openInbox(): Inbox {
  const all: RpcMessage[] = []
  const waiting = new Set<{ test: Test; resolve: (message: RpcMessage) => void }>()
  return {
    all,
    put(message) {
      all.push(message)
      for (const one of waiting) {
        if (!one.test(message)) continue
        waiting.delete(one)
        one.resolve(message)
      }
    },
    until(what) {
      const test: Test =
        typeof what === 'string' ? (one) => 'method' in one && one.method === what : what
      const known = all.find(test)
      if (known) return Promise.resolve(known)
      return new Promise((resolve) => waiting.add({ test, resolve }))
    },
  }
}
