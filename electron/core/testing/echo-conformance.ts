import { setTimeout as delay } from 'node:timers/promises'
import { log } from './echo-chatter.ts'
import { conformanceAsks } from './echo-conformance-asks.ts'
import { conformanceOffer } from './echo-conformance-offer.ts'
import { conformanceTasks } from './echo-conformance-tasks.ts'
import { conformanceContent, conformanceMessages, PNG, WAV } from './echo-conformance-reads.ts'
import { text } from './echo-results.ts'
import { EchoError } from './echo-wire.ts'
import type { JsonObject } from './echo-wire.ts'
import type { EchoExtra, EchoWorld, Tool } from './echo-world.ts'

/** All that the official conformance suite looks for. */
export const conformance: EchoExtra = {
  offer: conformanceOffer(),
  tools: (world) => ({ ...contents, ...conduct(world), ...conformanceAsks, ...conformanceTasks }),
  messages: conformanceMessages,
  content: conformanceContent,
}

const image = { type: 'image', data: PNG, mimeType: 'image/png' }

function embedded(uri: string, mimeType: string, words: string): JsonObject {
  return { type: 'resource', resource: { uri, mimeType, text: words } }
}

const contents: Record<string, Tool> = {
  test_simple_text: () => text('This is a simple text response for testing.'),
  test_image_content: () => ({ content: [image] }),
  test_audio_content: () => ({ content: [{ type: 'audio', data: WAV, mimeType: 'audio/wav' }] }),
  test_embedded_resource: () => ({
    content: [embedded('test://embedded-resource', 'text/plain', 'An embedded resource.')],
  }),
  test_multiple_content_types: () => ({
    content: [
      { type: 'text', text: 'Multiple content types test:' },
      image,
      embedded('test://mixed-content-resource', 'application/json', '{"test":"data"}'),
    ],
  }),
  test_error_handling: () => ({ ...text('It fails, as it should.'), isError: true }),
  json_schema_2020_12_tool: ({ args }) => text(JSON.stringify(args)),
  test_x_mcp_header: ({ args }) => text(`region: ${String(args['region'])}`),
}

function conduct(world: EchoWorld): Record<string, Tool> {
  const { offer, tell } = world
  return {
    async test_tool_with_logging(call) {
      for (const data of ['Tool execution started', 'Tool processing data', 'Tool is done']) {
        log(world, call, { level: 'info', data })
        await delay(20)
      }
      return text('logged')
    },
    test_logging_tool(call) {
      log(world, call, { level: 'info', data: 'Logs were asked for' })
      return text('logged, if so wanted')
    },
    async test_tool_with_progress({ progress }) {
      for (const step of [0, 50, 100]) {
        progress(step, 100)
        await delay(20)
      }
      return text('done')
    },
    async test_reconnection({ line }) {
      line.drop()
      await delay(100)
      return text('You found the way back.')
    },
    test_missing_capability({ client }) {
      if (client.capabilities['sampling']) return text('sampling is there')
      const requiredCapabilities = { sampling: {} }
      throw new EchoError(-32021, 'The client cannot sample', { requiredCapabilities })
    },
    test_trigger_tool_change() {
      toggle(offer.tools, { name: 'test_changing_tool', ...CHANGING, inputSchema: ANYTHING })
      tell('notifications/tools/list_changed')
      return text('changed')
    },
    test_trigger_prompt_change() {
      toggle(offer.prompts, { name: 'test_changing_prompt', ...CHANGING })
      tell('notifications/prompts/list_changed')
      return text('changed')
    },
  }
}

const CHANGING = { description: 'Comes and goes' }
const ANYTHING = { type: 'object' }

function toggle(list: JsonObject[], item: JsonObject): void {
  const at = list.findIndex(({ name }) => name === item['name'])
  if (at < 0) list.push(item)
  else list.splice(at, 1)
}
