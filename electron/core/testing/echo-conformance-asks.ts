import { contentOf, form } from './echo-conformance-reads.ts'
import { text } from './echo-results.ts'
import type { JsonObject } from './echo-wire.ts'
import type { Question, Tool } from './echo-world.ts'

const ROOTS = { method: 'roots/list', params: {} }

function sample(words: string): Question {
  const messages = [{ role: 'user', content: { type: 'text', text: words } }]
  return { method: 'sampling/createMessage', params: { messages, maxTokens: 100 } }
}

/** Asks for one thing and answers with all that came back. */
function asks(question: (args: JsonObject) => Question): Tool {
  return async ({ args, ask }) => {
    const { answer } = await ask({ answer: question(args) })
    return text(`Answer: ${JSON.stringify(answer?.['result'] ?? answer?.['error'])}`)
  }
}

function elicitation(message: string, properties: JsonObject): Question {
  const requestedSchema = { type: 'object', properties, required: [] }
  return { method: 'elicitation/create', params: { message, requestedSchema } }
}

/** Two requests that need a client, as revisions before 2026-07-28 test them. */
const pushed: Record<string, Tool> = {
  test_sampling: asks(({ prompt }) => sample(String(prompt))),
  test_elicitation: asks(({ message }) => form(String(message), 'response')),
  test_elicitation_sep1034_defaults: asks(() =>
    elicitation('Are these right?', {
      name: { type: 'string', description: 'Name', default: 'John Doe' },
      age: { type: 'integer', description: 'Age', default: 30 },
      score: { type: 'number', description: 'Score', default: 95.5 },
      status: { type: 'string', enum: ['active', 'inactive', 'pending'], default: 'active' },
      verified: { type: 'boolean', description: 'Verified', default: true },
    }),
  ),
  test_elicitation_sep1330_enums: asks(() => elicitation('Which of these?', enums())),
}

function enums(): JsonObject {
  const plain = ['option1', 'option2', 'option3']
  const titled = ['First', 'Second', 'Third'].map((title, index) => ({
    const: `value${index + 1}`,
    title,
  }))
  const enumNames = ['Option One', 'Option Two', 'Option Three']
  return {
    untitledSingle: { type: 'string', enum: plain },
    titledSingle: { type: 'string', oneOf: titled },
    legacyEnum: { type: 'string', enum: ['opt1', 'opt2', 'opt3'], enumNames },
    untitledMulti: {
      type: 'array',
      minItems: 1,
      maxItems: 3,
      items: { type: 'string', enum: plain },
    },
    titledMulti: { type: 'array', minItems: 1, maxItems: 3, items: { anyOf: titled } },
  }
}

const CONFIRM = {
  method: 'elicitation/create',
  params: {
    message: 'Please confirm',
    requestedSchema: { type: 'object', properties: { ok: { type: 'boolean' } }, required: ['ok'] },
  },
}

/** What the suite for 2026-07-28 calls; a legacy server asks the same by requests of its own. */
const rounds: Record<string, Tool> = {
  async test_streaming_elicitation({ progress, ask }) {
    progress(50, 100)
    const { more } = await ask({ more: form('What else?', 'more') })
    return text(`Streaming complete: ${contentOf(more, 'more')}`)
  },
  async test_input_required_result_elicitation({ ask }) {
    const { user_name } = await ask({ user_name: form('What is your name?', 'name') })
    return text(`Hello, ${contentOf(user_name, 'name')}!`)
  },
  async test_input_required_result_sampling({ ask }) {
    const question = { sample_request: sample('What is the capital of France?') }
    return text(JSON.stringify((await ask(question))['sample_request']?.['result']))
  },
  async test_input_required_result_list_roots({ ask }) {
    const { roots_request } = await ask({ roots_request: ROOTS })
    const { roots = [] } = (roots_request?.['result'] ?? {}) as { roots?: unknown[] }
    return text(`Found ${roots.length} root(s)`)
  },
  async test_input_required_result_request_state({ ask }) {
    await ask({ confirm: CONFIRM })
    return text('state-ok')
  },
  async test_input_required_result_multiple_inputs({ ask }) {
    const user_name = form('What is your name?', 'name')
    const answers = await ask({ user_name, greeting: sample('A greeting?'), client_roots: ROOTS })
    return text(`Got ${Object.keys(answers).join(', ')}`)
  },
  async test_input_required_result_multi_round({ ask }) {
    const { step1 } = await ask({ step1: form('Step 1: What is your name?', 'name') })
    const { step2 } = await ask({ step2: form('Step 2: Your favourite colour?', 'color') })
    return text(`${contentOf(step1, 'name')} likes ${contentOf(step2, 'color')}`)
  },
  async test_input_required_result_tampered_state({ ask }) {
    await ask({ confirm: CONFIRM })
    return text('integrity-ok')
  },
  async test_input_required_result_capabilities({ client, ask }) {
    const questions = {
      ...(client.capabilities['elicitation'] ? { elicit_input: form('A value?', 'value') } : {}),
      ...(client.capabilities['sampling'] ? { sample_input: sample('Anything') } : {}),
    }
    return text(`Got ${Object.keys(await ask(questions)).join(', ')}`)
  },
}

export const conformanceAsks: Record<string, Tool> = { ...pushed, ...rounds }
