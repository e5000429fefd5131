import { serversBelow } from '../processes.ts'
import { listAll, openForAll, type Numbers, type Workload } from './workload.ts'

const SERVERS = 20
const TOOLS = 25
const SERVED = Array.from({ length: SERVERS }, (_, index) => ({ name: `s${index}`, tools: TOOLS }))

export const start: Workload = {
  name: 'start',
  about:
    `From the start of the process to its first complete list of ${SERVERS * TOOLS} tools, of ` +
    `${SERVERS} servers, each time in a new process with what it stored before. *Ready* is when it ` +
    `says that it serves; *list* is what a client then waits for: a session of its own, and the list; *servers* are those that run by then.`,
  units: { ready: 'ms', list: 'ms', both: 'ms', servers: '' },
  async prepare(target, scope) {
    {
      await using stack = new AsyncDisposableStack()
      const own = { ...scope, stack }
      await listAll(await openForAll(await target.start(SERVED, own), own), SERVERS * TOOLS)
    }
    return {
      async run(own): Promise<Numbers> {
        const begun = performance.now()
        const running = await target.start(SERVED, own)
        const ready = performance.now()
        await listAll(await openForAll(running, own), SERVERS * TOOLS)
        const listed = performance.now()
        const both = listed - begun
        if (running.each) return { both }
        const started = await serversBelow(running.pid)
        return { ready: ready - begun, list: listed - ready, both, servers: started }
      },
    }
  },
}
