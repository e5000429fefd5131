import { callEcho, median, sentence, type Workload } from './workload.ts'

const MB = 1_000_000

function payload(
  megabytes: number,
  { calls, warmUp }: { calls: number; warmUp: number },
): Workload {
  return {
    name: `payload-${megabytes}`,
    about: `A text of ${megabytes} MB goes to the server and comes back; ${calls} calls in a row.`,
    units: { p50: 'ms' },
    compared: ['p50'],
    async prepare(target, scope) {
      const running = await target.start([{ name: 's0', tools: 10 }], scope)
      const client = await running.connect()
      scope.stack.defer(() => client.vanish())
      const tool = running.tool('s0', 'echo')
      const call = () =>
        callEcho(client, tool, sentence().padEnd(megabytes * MB, 'all work, no play. '))
      for (let count = 0; count < warmUp; count += 1) await call()
      return {
        async run() {
          const times: number[] = []
          for (let count = 0; count < calls; count += 1) times.push((await call()).ms)
          return { p50: median(times) }
        },
      }
    },
  }
}

export const payload1 = payload(1, { calls: 15, warmUp: 20 })
export const payload10 = payload(10, { calls: 3, warmUp: 3 })
