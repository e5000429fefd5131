import { structured, text } from './echo-results.ts'
import { EchoError } from './echo-wire.ts'
import type { JsonObject } from './echo-wire.ts'
import type { AskOptions, EchoWorld, Question, Tool } from './echo-world.ts'

/** Tools that want something from the client. */
export function askingTools(world: EchoWorld): Record<string, Tool> {
  return { ...asking, ...urls(world) }
}

function questionOf(args: JsonObject): Question {
  const { method = 'ping', params, cancelAfterMs } = args
  const limit = cancelAfterMs === undefined ? {} : { cancelAfterMs: Number(cancelAfterMs) }
  return { method: String(method), params, ...limit }
}

function optionsOf({ force, stateless }: JsonObject): AskOptions {
  return { force: force === true, stateless: stateless === true }
}

const asking: Record<string, Tool> = {
  async ask({ args, ask }) {
    const answers = await ask({ ask: questionOf(args) }, optionsOf(args))
    return structured(answers['ask'] ?? {})
  },
  /** The n-th request carries its number as `_meta["x-number"]`, so that answers can be told apart. */
  async ask_many({ args, ask }) {
    const { method, params } = questionOf(args)
    const questions = Array.from({ length: Number(args['count'] ?? 2) }, (_, index) => {
      const { _meta, ...others } = (params ?? {}) as JsonObject
      const numbered = { ...others, _meta: { ...(_meta as JsonObject), 'x-number': index + 1 } }
      return [`ask_${index + 1}`, { method, params: numbered }] as const
    })
    return structured(await ask(Object.fromEntries(questions), optionsOf(args)))
  },
  async ask_twice({ args, ask }) {
    const first = await ask({ first: questionOf(args) }, optionsOf(args))
    const second = await ask({ second: questionOf(args) }, optionsOf(args))
    return structured({ ...first, ...second })
  },
  ask_later({ args, askOutside }) {
    setImmediate(() => askOutside(questionOf(args)))
    return text('will ask')
  },
  asked: ({ client }) => structured({ answers: client.answers }),
  again({ args, again }) {
    again(Number(args['times'] ?? 1))
    return text('enough')
  },
}

function urls({ options, state, tell }: EchoWorld): Record<string, Tool> {
  return {
    async url_required({ args, ask }) {
      const elicitationId = String(args['elicitationId'] ?? 'sign-in')
      const url = `https://example.com/connect/${encodeURIComponent(elicitationId)}`
      const wanted = { mode: 'url', message: 'Please sign in', url }
      if (options.era === 'modern') {
        const { visit } = await ask({ visit: { method: 'elicitation/create', params: wanted } })
        return structured(visit ?? {})
      }
      if (state.completed.has(elicitationId)) return text('signed in')
      const elicitations = [{ ...wanted, elicitationId }]
      throw new EchoError(-32042, 'URL elicitation required', { elicitations })
    },
    complete_url({ args }) {
      const elicitationId = String(args['elicitationId'] ?? 'sign-in')
      state.completed.add(elicitationId)
      if (options.era !== 'modern') tell('notifications/elicitation/complete', { elicitationId })
      return text('completed')
    },
  }
}
