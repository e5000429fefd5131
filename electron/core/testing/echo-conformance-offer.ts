import type { EchoOffer } from './echo-options.ts'
import type { JsonObject } from './echo-wire.ts'

const nothing = { type: 'object', properties: {} }
const words = (...names: string[]) => ({
  type: 'object',
  properties: Object.fromEntries(names.map((name) => [name, { type: 'string' }])),
  required: names,
})

/** The names that the official conformance suite looks for; what each does is in the tools. */
export function conformanceOffer(): EchoOffer {
  return {
    tools: [...plainTools(), ...askingTools(), ...taskTools()],
    prompts: prompts(),
    resources: resources(),
    resourceTemplates: [
      {
        uriTemplate: 'test://template/{id}/data',
        name: 'Template',
        description: 'Data of an id',
        mimeType: 'application/json',
      },
    ],
  }
}

function tool(name: string, description: string, inputSchema: JsonObject = nothing): JsonObject {
  return { name, description, inputSchema }
}

function plainTools(): JsonObject[] {
  const region = { type: 'string', description: 'Also sent as a header', 'x-mcp-header': 'Region' }
  return [
    tool('test_simple_text', 'Answers with a text'),
    tool('test_image_content', 'Answers with an image'),
    tool('test_audio_content', 'Answers with a sound'),
    tool('test_embedded_resource', 'Answers with a resource'),
    tool('test_multiple_content_types', 'Answers with a text, an image and a resource'),
    tool('test_tool_with_logging', 'Logs three messages'),
    tool('test_tool_with_progress', 'Makes progress in three steps'),
    tool('test_error_handling', 'Fails'),
    tool('test_reconnection', 'Breaks off the stream it is answered on'),
    tool('json_schema_2020_12_tool', 'Has keywords of JSON Schema 2020-12', schemaOf2020()),
    tool('test_missing_capability', 'Needs a client that can sample'),
    tool('test_logging_tool', 'Logs if the client asked for logs'),
    tool('test_x_mcp_header', 'Has an argument that is a header as well', {
      type: 'object',
      properties: { region, query: { type: 'string' } },
    }),
    tool('test_trigger_tool_change', 'Adds or removes a tool'),
    tool('test_trigger_prompt_change', 'Adds or removes a prompt'),
  ]
}

function askingTools(): JsonObject[] {
  const rounds = 'test_input_required_result_'
  return [
    tool('test_sampling', 'Has the client sample', words('prompt')),
    tool('test_elicitation', 'Asks the user', words('message')),
    tool('test_elicitation_sep1034_defaults', 'Asks with defaults of all types'),
    tool('test_elicitation_sep1330_enums', 'Asks with enums of all kinds'),
    tool('test_streaming_elicitation', 'Makes progress, then asks the user'),
    tool(`${rounds}elicitation`, 'Asks for a name'),
    tool(`${rounds}sampling`, 'Asks for the capital of France'),
    tool(`${rounds}list_roots`, 'Asks for the roots'),
    tool(`${rounds}request_state`, 'Wants its state back'),
    tool(`${rounds}multiple_inputs`, 'Asks three things at once'),
    tool(`${rounds}multi_round`, 'Asks twice'),
    tool(`${rounds}tampered_state`, 'Looks closely at its state'),
    tool(`${rounds}capabilities`, 'Asks for what the client can do'),
  ]
}

function taskTools(): JsonObject[] {
  return [
    tool('greet', 'Greets', words('name')),
    tool('slow_compute', 'Takes its time', {
      type: 'object',
      properties: { seconds: { type: 'number' }, label: { type: 'string' } },
    }),
    tool('failing_job', 'A task that goes wrong'),
    tool('protocol_error_job', 'A task that breaks'),
    tool('confirm_delete', 'A task that asks', words('filename')),
    tool('multi_input', 'A task that asks two things at once'),
    tool('test_tool_with_task', 'Asks first, then is a task'),
  ]
}

function schemaOf2020(): JsonObject {
  const text = { type: 'string' }
  const street = { type: 'object', properties: { street: text, city: text } }
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    $defs: { address: { $anchor: 'addressDef', ...street } },
    properties: {
      name: text,
      address: { $ref: '#/$defs/address' },
      contactMethod: { ...text, enum: ['phone', 'email'] },
      phone: text,
      email: text,
    },
    allOf: [{ anyOf: [{ required: ['phone'] }, { required: ['email'] }] }],
    if: { properties: { contactMethod: { const: 'phone' } }, required: ['contactMethod'] },
    then: { required: ['phone'] },
    else: { required: ['email'] },
    additionalProperties: false,
  }
}

function prompts(): JsonObject[] {
  const prompt = (name: string, description: string, ...names: string[]) => ({
    name,
    description,
    arguments: names.map((one) => ({ name: one, description: `The ${one}`, required: true })),
  })
  return [
    prompt('test_simple_prompt', 'A text'),
    prompt('test_prompt_with_arguments', 'A text of two arguments', 'arg1', 'arg2'),
    prompt('test_prompt_with_embedded_resource', 'A resource in a prompt', 'resourceUri'),
    prompt('test_prompt_with_image', 'An image in a prompt'),
    prompt('test_input_required_result_prompt', 'Asks for a context first'),
  ]
}

function resources(): JsonObject[] {
  const resource = (name: string, mimeType: string) => ({
    uri: `test://${name}`,
    name,
    description: `For tests: ${name}`,
    mimeType,
  })
  return [
    resource('static-text', 'text/plain'),
    resource('static-binary', 'image/png'),
    resource('watched-resource', 'text/plain'),
  ]
}
