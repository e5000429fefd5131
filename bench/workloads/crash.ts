import { setTimeout as pause } from 'node:timers/promises'
import type { Client } from '../driver/client.ts'
import { openStdioClient } from '../driver/stdio-client.ts'
import { startProgram } from '../programs.ts'
import { echoArgs, type Scope } from '../targets/target.ts'
import { callEcho, listAll, median, openForAll, type Workload } from './workload.ts'

const SERVED = { name: 's0', tools: 10 }
/** How long the call that ends the server may take, and the next one until it is answered right. */
const LIMIT_MS = 10_000
const AGAIN_EVERY_MS = 10

export const crash: Workload = {
  name: 'crash',
  about:
    `In a new process each time: the server ends in the middle of a call, and the same session calls ` +
    `again until it is answered right. *Start* is how long the server itself takes from its start to ` +
    `its answer to \`initialize\`, with nothing before it.`,
  units: { 'next call': 'ms', start: 'ms', 'refused before': '' },
  targets: ['ours', 'mcp-hub', 'mcp-proxy', 'supergateway'],
  async prepare(target, scope) {
    {
      // What a first start alone has to do is done.
      await using stack = new AsyncDisposableStack()
      const own = { ...scope, stack }
      const running = await target.start([SERVED], own)
      await listAll(await openForAll(running, own), SERVED.tools)
    }
    return {
      async run(own) {
        const starts = [
          await startDirectly(own),
          await startDirectly(own),
          await startDirectly(own),
        ]
        const start = median(starts)
        const running = await target.start([SERVED], own)
        const client = await running.connect()
        own.stack.defer(() => client.vanish())
        const tool = running.tool('s0', 'echo')
        for (let call = 0; call < 20; call += 1) await callEcho(client, tool)
        const ended = client.request('tools/call', { name: running.tool('s0', 'exit') })
        await within(
          'the call that ended the server',
          ended.catch(() => undefined),
        )
        const begun = performance.now()
        const refused = await untilRight(client, tool)
        const next = performance.now() - begun
        return { 'next call': next, start, '÷ start': next / start, 'refused before': refused }
      },
    }
  },
}

async function startDirectly({ stack }: Scope): Promise<number> {
  const begun = performance.now()
  const program = stack.use(startProgram(echoArgs(SERVED), { isStdio: true }))
  await openStdioClient(program.child)
  return performance.now() - begun
}

/** Resolves with how many calls were refused meanwhile. */
async function untilRight(client: Client, tool: string): Promise<number> {
  const until = performance.now() + LIMIT_MS
  for (let refused = 0; ; refused += 1) {
    try {
      await within('the next call', callEcho(client, tool))
      return refused
    } catch (error) {
      if (performance.now() > until) throw error
      await pause(AGAIN_EVERY_MS)
    }
  }
}

async function within<T>(what: string, work: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>()
  const words = `${what} is not answered within ${LIMIT_MS / 1_000} s`
  const timer = setTimeout(() => late.reject(new Error(words)), LIMIT_MS)
  try {
    return await Promise.race([work, late.promise])
  } finally {
    clearTimeout(timer)
  }
}
