import type { Message } from '../driver/client.ts'
import { setTimeout as pause } from 'node:timers/promises'
import { textIn, type Workload } from './workload.ts'

const STEPS = 200
const QUIET_MS = 300
const LIMIT_MS = 5_000

export const progress: Workload = {
  name: 'progress',
  about:
    `One call during which the server tells of ${STEPS} steps without a pause: how many the client ` +
    `heard of, how many of those in their order, and how many only after the answer.`,
  units: { came: '', 'in order': '', late: '', answer: 'ms' },
  targets: ['direct-stdio', 'direct-http', 'ours', 'mcp-hub', 'mcp-proxy', 'supergateway'],
  async prepare(target, scope) {
    const running = await target.start([{ name: 's0', tools: 10 }], scope)
    const name = running.tool('s0', 'progress')
    return {
      async run({ stack }) {
        const client = await running.connect()
        stack.defer(() => client.vanish())
        const heard: Message[] = []
        await client.listen((message) => heard.push(message))
        const progressToken = `token ${Math.random()}`
        const params = { name, arguments: { steps: STEPS }, _meta: { progressToken } }
        const answer = await client.request('tools/call', params)
        const early = heard.length
        if (textIn(answer) !== `done after ${STEPS} steps`) throw new Error('not the answer')
        await quiet(heard)
        const all = [...answer.notified, ...heard].filter(({ params: of }) => {
          return of?.progressToken === progressToken
        })
        const late = answer.late + heard.length - early
        return { came: all.length, 'in order': inOrder(all), late, answer: answer.ms }
      },
    }
  },
}

/** Until nothing more came for a while. */
async function quiet(heard: readonly Message[]): Promise<void> {
  const until = performance.now() + LIMIT_MS
  let seen = -1
  while (seen !== heard.length && performance.now() < until) {
    seen = heard.length
    await pause(QUIET_MS)
  }
}

/** How many are where they should be: each one step after the one before. */
function inOrder(messages: readonly Message[]): number {
  return messages.filter(({ params }, index) => params?.progress === index + 1).length
}
