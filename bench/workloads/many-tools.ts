import { listAll, median, openForAll, type Workload } from './workload.ts'

const SERVERS = 20
const TOOLS = 25
const LISTS = 40
const WARM_UP_LISTS = 200
const AGAIN_LISTS = 5

const SERVED = Array.from({ length: SERVERS }, (_, index) => ({ name: `s${index}`, tools: TOOLS }))

export const manyTools: Workload = {
  name: 'many-tools',
  about:
    `${SERVERS} servers of ${TOOLS} tools each, which are about 290 KB: all of them listed again and ` +
    `again. Without a gateway the client asks one server after the other; what stands before one ` +
    `server alone stands before one of ${SERVERS * TOOLS} tools.`,
  units: { p50: 'ms' },
  compared: ['p50'],
  async prepare(target, scope) {
    const running = await target.start(SERVED, scope)
    const clients = await openForAll(running, scope)
    const list = () => listAll(clients, SERVERS * TOOLS)
    for (let count = 0; count < WARM_UP_LISTS; count += 1) await list()
    return {
      async run() {
        for (let count = 0; count < AGAIN_LISTS; count += 1) await list()
        const times: number[] = []
        for (let count = 0; count < LISTS; count += 1) times.push(await list())
        return { p50: median(times) }
      },
    }
  },
}
