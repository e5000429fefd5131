import type { JsonObject } from './echo-wire.ts'
import type { Asked } from './echo-world.ts'

/** A red pixel, and a WAV file without a sound. */
export const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg=='
export const WAV = 'UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAIA+AAACABAAZGF0YQAAAAA='

/** The content of one of the suite's resources. */
export function conformanceContent(uri: string): JsonObject | undefined {
  const id = /^test:\/\/template\/([^/]+)\/data$/.exec(uri)?.[1]
  if (id !== undefined) {
    const data = { id, templateTest: true, data: `Data for ID: ${id}` }
    return { uri, mimeType: 'application/json', text: JSON.stringify(data) }
  }
  switch (uri) {
    case 'test://static-text':
      return { uri, mimeType: 'text/plain', text: 'A text that never changes.' }
    case 'test://static-binary':
      return { uri, mimeType: 'image/png', blob: PNG }
    case 'test://watched-resource':
      return { uri, mimeType: 'text/plain', text: 'A text worth watching.' }
    default:
      return undefined
  }
}

/** The messages of one of the suite's prompts. */
export async function conformanceMessages({
  params,
  ask,
}: Asked): Promise<JsonObject[] | undefined> {
  const args = (params['arguments'] ?? {}) as Record<string, string>
  switch (params['name']) {
    case 'test_simple_prompt':
      return [user(text('A simple prompt.'))]
    case 'test_prompt_with_arguments':
      return [user(text(`arg1='${args['arg1']}', arg2='${args['arg2']}'`))]
    case 'test_prompt_with_embedded_resource': {
      const resource = { uri: args['resourceUri'], mimeType: 'text/plain', text: 'Embedded.' }
      return [user({ type: 'resource', resource }), user(text('Look at the resource above.'))]
    }
    case 'test_prompt_with_image':
      return [
        user({ type: 'image', data: PNG, mimeType: 'image/png' }),
        user(text('Look at the image above.')),
      ]
    case 'test_input_required_result_prompt': {
      const { user_context } = await ask({ user_context: form('Which context?', 'context') })
      return [user(text(`Context: ${contentOf(user_context, 'context')}`))]
    }
    default:
      return undefined
  }
}

/** An elicitation of one text. */
export function form(message: string, field: string) {
  const requestedSchema = {
    type: 'object',
    properties: { [field]: { type: 'string' } },
    required: [field],
  }
  return { method: 'elicitation/create', params: { message, requestedSchema } }
}

/** What the user filled into a field. */
export function contentOf(answer: JsonObject | undefined, field: string): string {
  const { content } = (answer?.['result'] ?? {}) as { content?: JsonObject }
  return String(content?.[field])
}

function user(content: JsonObject): JsonObject {
  return { role: 'user', content }
}

function text(words: string): JsonObject {
  return { type: 'text', text: words }
}
