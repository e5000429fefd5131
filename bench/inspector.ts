import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'

/** A process of Node.js listens to a debugger on a free port, when it is told to. */
export const DEBUGGABLE = { NODE_OPTIONS: '--inspect-port=127.0.0.1:0' }

/** In MB, without garbage. `wasm`: of all memories of WebAssembly. */
type Heap = { used: number; reserved: number; external: number; wasm: number }

type Evaluated = { result?: { value?: string; objectId?: string }; objects?: { objectId?: string } }
type Ask = (method: string, params?: object) => Promise<Evaluated>
type Told = { method?: string; params?: { sessionId?: string; message?: string } }

export type Inspector = AsyncDisposable & {
  heap(): Promise<Heap>
  /** Of each worker thread. */
  workers(): Promise<Heap[]>
}

const LIMIT_MS = 10_000
const LOOKED_EVERY_MS = 20

/** Looks into a process that was started `DEBUGGABLE`; `printed` is what it has printed. */
export async function openInspector(pid: number, printed: () => string): Promise<Inspector> {
  process.kill(pid, 'SIGUSR1')
  const address = /ws:\/\/127\.0\.0\.1:\S+/
  const until = performance.now() + LIMIT_MS
  while (!address.test(printed())) {
    if (performance.now() > until) throw new Error('it does not let a debugger in')
    await pause(LOOKED_EVERY_MS)
  }
  const socket = new WebSocket(address.exec(printed())?.[0] ?? '')
  await once(socket, 'open')
  const threads: string[] = []
  const main = openAsking((text) => socket.send(text))
  const others = new Map<string, ReturnType<typeof openAsking>>()
  socket.addEventListener('message', ({ data }) => {
    const told = JSON.parse(String(data)) as Told
    const { sessionId = '', message = '' } = told.params ?? {}
    if (told.method === 'NodeWorker.attachedToWorker') threads.push(sessionId)
    if (told.method === 'NodeWorker.receivedMessageFromWorker') others.get(sessionId)?.hear(message)
    main.hear(String(data))
  })
  return {
    heap: () => lookAt(main.ask),
    async workers() {
      await main.ask('NodeWorker.enable', { waitForDebuggerOnStart: false })
      const all: Heap[] = []
      for (const sessionId of threads) {
        const send = (message: string) =>
          void main.ask('NodeWorker.sendMessageToWorker', { sessionId, message })
        const own = openAsking(send)
        others.set(sessionId, own)
        all.push(await lookAt(own.ask))
      }
      return all
    },
    async [Symbol.asyncDispose]() {
      socket.close()
    },
  }
}

function openAsking(send: (text: string) => void): { ask: Ask; hear(text: string): void } {
  const waiting = new Map<number, (result: Evaluated) => void>()
  let lastId = 0
  return {
    ask(method, params = {}) {
      const { promise, resolve } = Promise.withResolvers<Evaluated>()
      waiting.set(++lastId, resolve)
      send(JSON.stringify({ id: lastId, method, params }))
      return promise
    },
    hear(text) {
      const { id = 0, result } = JSON.parse(text) as { id?: number; result?: Evaluated }
      waiting.get(id)?.(result ?? {})
      waiting.delete(id)
    },
  }
}

async function lookAt(ask: Ask): Promise<Heap> {
  await ask('HeapProfiler.collectGarbage')
  const expression = 'JSON.stringify(process.memoryUsage())'
  const { result } = await ask('Runtime.evaluate', { expression })
  const bytes = JSON.parse(result?.value ?? '{}') as NodeJS.MemoryUsage
  const mb = (count: number) => count / 2 ** 20
  const { heapUsed, heapTotal, external } = bytes
  const wasm = mb(await wasmOf(ask))
  return { used: mb(heapUsed), reserved: mb(heapTotal), external: mb(external), wasm }
}

/** What memories of WebAssembly there are, nothing else tells: the heap is searched for them. */
async function wasmOf(ask: Ask): Promise<number> {
  const { result } = await ask('Runtime.evaluate', { expression: 'WebAssembly.Memory.prototype' })
  const { objects } = await ask('Runtime.queryObjects', { prototypeObjectId: result?.objectId })
  const found = await ask('Runtime.callFunctionOn', {
    objectId: objects?.objectId,
    functionDeclaration:
      'function () { return String(this.reduce((sum, memory) => sum + memory.buffer.byteLength, 0)) }',
  })
  return Number(found.result?.value ?? 0)
}
