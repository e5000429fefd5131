import { expect, test } from 'vitest'
import type { ToolRule } from '../../../../shared/namespace.ts'
import type { JsonObject } from '../../json-rpc.ts'
import { ownCall, type Call, type Handler } from '../call.ts'
import { buildCatalog, type Listed } from '../catalog.ts'
import { compose } from '../compose.ts'
import { NO_ITEM_RULES } from '../item-rules.ts'
import { filter } from './filter.ts'
import { overrides, presentPrompts, presentTools } from './overrides.ts'

const hello = { capabilities: { tools: {}, prompts: {} } }
const none = { resources: [], resourceTemplates: [] }
const catalog = buildCatalog(
  [
    {
      serverId: '1',
      server: 'a',
      on: true,
      catalog: {
        hello,
        ...none,
        tools: [
          { name: 'echo', description: 'Echoes', annotations: { readOnlyHint: true } },
          { name: 'drop', description: 'Drops' },
        ],
        prompts: [{ name: 'p' }],
      },
    },
    {
      serverId: '2',
      server: 'b',
      on: false,
      catalog: { hello, ...none, tools: [{ name: 'x' }], prompts: [{ name: 'q' }] },
    },
  ],
  true,
)

function rule(fields: Partial<ToolRule> & { tool: string }): ToolRule {
  const untouched = { name: null, title: null, description: null, annotations: null }
  return { serverId: '1', enabled: true, ...untouched, ...fields }
}

/** The pipeline of a namespace around a handler that answers lists, and says which name reached it. */
function pipeline(rules: ToolRule[]): (method: string, params?: JsonObject) => Promise<JsonObject> {
  const reached: Handler = ({ method, params }) =>
    Promise.resolve(
      method === 'tools/list'
        ? { tools: [...catalog.tools] }
        : method === 'prompts/list'
          ? { prompts: [...catalog.prompts] }
          : { reached: params.name },
    )
  const off = new Set(rules.filter((one) => !one.enabled).map((one) => one.tool))
  const handle = compose(
    overrides({
      tools: presentTools(catalog, rules),
      prompts: presentPrompts(catalog, NO_ITEM_RULES),
      items: NO_ITEM_RULES,
    }),
    filter(catalog, {
      isServerOn: (id) => id === '1',
      isToolOn: (_, tool) => !off.has(tool),
      isPromptOn: () => true,
    }),
  )(reached)
  return (method, params = {}) => handle({ ...ownCall('e', method), params })
}

const names = (list: unknown) => (list as Listed[]).map((item) => item.name)

test('compose runs middlewares in the order in which they are written', async () => {
  const order: string[] = []
  const noting = (name: string) => (next: Handler) => (call: Call) => {
    order.push(name)
    return next(call)
  }
  const handle = compose(noting('a'), noting('b'))(() => Promise.resolve({}))
  await handle({} as Call)
  expect(order).toEqual(['a', 'b'])
})

test('what is off is not listed', async () => {
  const call = pipeline([rule({ tool: 'drop', enabled: false })])
  expect(names((await call('tools/list')).tools)).toEqual(['a__echo'])
  expect(names((await call('prompts/list')).prompts)).toEqual(['a__p'])
})

// Shows: features-access, completion-hidden
test('what is off is not callable, in the words for what never existed', async () => {
  const call = pipeline([rule({ tool: 'drop', enabled: false, name: 'gone' })])
  for (const name of ['a__drop', 'gone', 'b__x']) {
    await expect(call('tools/call', { name })).rejects.toMatchObject({
      code: -32602,
      message: `Unknown tool: ${name}`,
    })
  }
  await expect(call('prompts/get', { name: 'b__q' })).rejects.toMatchObject({ code: -32602 })
  const ref = { type: 'ref/prompt', name: 'b__q' }
  await expect(call('completion/complete', { ref })).rejects.toMatchObject({ code: -32602 })
})

test('an override changes what is shown, and the new name is the only one', async () => {
  const call = pipeline([
    rule({
      tool: 'echo',
      name: 'say',
      title: 'Say',
      description: 'Says',
      annotations: { idempotentHint: true },
    }),
  ])
  const [tool] = (await call('tools/list')).tools as Listed[]
  expect(tool).toMatchObject({
    name: 'say',
    title: 'Say',
    description: 'Says',
    annotations: { readOnlyHint: true, idempotentHint: true },
  })
  expect(await call('tools/call', { name: 'say' })).toEqual({ reached: 'a__echo' })
  await expect(call('tools/call', { name: 'a__echo' })).rejects.toMatchObject({ code: -32602 })
})

test('a tool that loses its name to an override gets another, and none is lost', async () => {
  const call = pipeline([rule({ tool: 'echo', name: 'a__drop' })])
  const [first, second] = names((await call('tools/list')).tools)
  expect(first).toBe('a__drop')
  expect(second).toMatch(/^a__drop_[0-9a-f]{6}$/)
  expect(await call('tools/call', { name: 'a__drop' })).toEqual({ reached: 'a__echo' })
  expect(await call('tools/call', { name: second })).toEqual({ reached: 'a__drop' })
})
