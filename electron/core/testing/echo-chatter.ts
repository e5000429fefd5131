import { setTimeout as delay } from 'node:timers/promises'
import { structured, text } from './echo-results.ts'
import { notification } from './echo-wire.ts'
import type { JsonObject } from './echo-wire.ts'
import type { Asked, EchoWorld, Tool } from './echo-world.ts'

const LEVELS = ['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency']

/** Tools that say something to the client beside their answer. */
export function chattyTools(world: EchoWorld): Record<string, Tool> {
  return { ...messages(world), ...changes(world), ...nonsense }
}

/** A log message about a request; in the modern era only what its client asked for. */
export function log({ options }: EchoWorld, asked: Asked, params: JsonObject): void {
  const { logLevel } = asked.client
  const wanted = LEVELS.indexOf(String(params['level'])) >= LEVELS.indexOf(String(logLevel))
  if (options.era === 'modern' && (logLevel === null || !wanted)) return
  asked.line.send(notification('notifications/message', params))
}

function messages(world: EchoWorld): Record<string, Tool> {
  return {
    log(call) {
      const { message = 'hello', level = 'info', count = 1 } = call.args
      for (let index = 0; index < Number(count); index++) {
        log(world, call, { level, logger: 'echo', data: message })
      }
      return text('logged')
    },
    flood(call) {
      const count = Number(call.args['count'] ?? 1_000)
      for (let index = 1; index <= count; index++) {
        log(world, call, { level: 'info', logger: 'echo', data: { index } })
        call.progress(index, count)
      }
      return text(`flooded ${count}`)
    },
    async drop_stream(call) {
      const { before = 1, after = 1, ms = 50 } = call.args
      const say = (index: number) => log(world, call, { level: 'info', data: { index } })
      for (let index = 0; index < Number(before); index++) say(index)
      call.line.drop()
      await delay(Number(ms))
      for (let index = 0; index < Number(after); index++) say(Number(before) + index)
      return text('dropped')
    },
  }
}

function changes({ offer, listeners, tell }: EchoWorld): Record<string, Tool> {
  return {
    /** `tool`: a whole definition, in the place of the tool that has its name. */
    change_tools({ args }) {
      const name = `added_${offer.tools.length}`
      const added = { name, description: 'Added later', inputSchema: { type: 'object' } }
      const given = typeof args['tool'] === 'object' ? (args['tool'] as JsonObject) : added
      const place = offer.tools.findIndex((one) => one['name'] === given['name'])
      offer.tools.splice(place < 0 ? offer.tools.length : place, 1, given)
      tell('notifications/tools/list_changed')
      return text(String(given['name']))
    },
    change_prompts() {
      const name = `added_${offer.prompts.length}`
      offer.prompts.push({ name, description: 'Added later' })
      tell('notifications/prompts/list_changed')
      return text(name)
    },
    change_resources() {
      const uri = `echo://added/${offer.resources.length}`
      offer.resources.push({ uri, name: 'Added later' })
      tell('notifications/resources/list_changed')
      return text(uri)
    },
    touch({ args }) {
      tell('notifications/resources/updated', { uri: args['uri'] })
      return text('touched')
    },
    end_streams({ args }) {
      const ended = listeners.size
      for (const listener of listeners) listener.end(args['abrupt'] === true)
      return structured({ ended })
    },
  }
}

const nonsense: Record<string, Tool> = {
  garbage_now({ line }) {
    line.garble('garbage: not JSON-RPC\n[object Object]\n{"half": \n42\n[]\nnull')
    return text('said')
  },
  unsolicited({ line }) {
    line.send({ jsonrpc: '2.0', id: 'never-asked', result: { x: 1 } })
    line.send({ jsonrpc: '2.0', id: 987_654_321, error: { code: 1, message: 'never asked' } })
    line.send(notification('notifications/progress', { progressToken: 'nobody', progress: 1 }))
    line.send(notification('notifications/cancelled', { requestId: 'nothing' }))
    line.send(notification('notifications/x-unheard-of', { x: 1 }))
    return text('said')
  },
}
