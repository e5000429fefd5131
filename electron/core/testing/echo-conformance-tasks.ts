import { setTimeout as delay } from 'node:timers/promises'
import { contentOf, form } from './echo-conformance-reads.ts'
import { text } from './echo-results.ts'
import { needTasks } from './echo-tasks.ts'
import { EchoError } from './echo-wire.ts'
import type { Tool } from './echo-world.ts'

/** The tools with which the suite tests the Tasks extension. */
export const conformanceTasks: Record<string, Tool> = {
  greet: ({ args }) => text(`Hello, ${String(args['name'])}!`),
  slow_compute: ({ args, asTask }) =>
    asTask(async ({ signal }) => {
      await delay(Number(args['seconds'] ?? 1) * 1_000, undefined, { signal })
      return text(`computed ${String(args['label'] ?? '')}`)
    }),
  failing_job({ client, asTask }) {
    needTasks(client)
    return asTask(async () => ({ ...text('the job went wrong'), isError: true }))
  },
  protocol_error_job: ({ asTask }) =>
    asTask(async () => {
      throw new EchoError(-32603, 'the job broke')
    }),
  confirm_delete: ({ args, asTask }) =>
    asTask(async ({ ask }) => {
      await ask({ confirm: confirm(`Delete ${String(args['filename'])}?`) })
      return text('deleted')
    }),
  multi_input: ({ asTask }) =>
    asTask(async ({ ask }) => {
      await ask({ first: confirm('The first?'), second: confirm('The second?') })
      return text('both')
    }),
  async test_tool_with_task({ ask, asTask }) {
    const { user_name } = await ask({ user_name: form('What is your name?', 'name') })
    return asTask(async () => text(`Done for ${contentOf(user_name, 'name')}`))
  },
}

function confirm(message: string) {
  const properties = { confirm: { type: 'boolean' } }
  const requestedSchema = { type: 'object', properties, required: ['confirm'] }
  return { method: 'elicitation/create', params: { message, requestedSchema } }
}
