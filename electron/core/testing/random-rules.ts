import fc from 'fast-check'
import type { ItemRulePatch, ToolRulePatch } from '../../../shared/namespace.ts'
import { toolHash } from '../tool-hash.ts'
import { NOTHING, SERVERS, type Edit, type Model } from './edit-model.ts'
import { editOf, text } from './edit-of.ts'

/** Few, so that edits meet. */
const TOOLS = ['a__b']
const textOrNull = () => fc.option(text())
const place = () => fc.record({ at: fc.nat(1), server: fc.nat(1) })

/** Edits of what namespaces say of tools, prompts and resources. */
export function ruleEdit(): fc.Arbitrary<Edit> {
  return fc.oneof(toolEdit(), itemEdit(), acceptEdit())
}

function toolEdit(): fc.Arbitrary<Edit> {
  const patch = fc.record(
    {
      enabled: fc.boolean(),
      isNamed: fc.boolean(),
      title: textOrNull(),
      description: textOrNull(),
      annotations: fc.option(fc.record({ readOnlyHint: fc.boolean() })),
    },
    { requiredKeys: [] },
  )
  const tool = fc.constantFrom(...TOOLS)
  return editOf(fc.tuple(place(), tool, patch), ([where, name, { isNamed, ...rest }], model) => {
    const found = memberAt(model, where)
    if (!found) return NOTHING
    const { namespace, serverId } = found
    const named = isNamed === undefined ? {} : { name: isNamed ? nameOf(where, name) : null }
    const said = { ...rest, ...named }
    setRule(namespace.tools, { serverId, tool: name }, said)
    if (said.enabled === true) switchOn(model, found, name)
    const whole: ToolRulePatch = { serverId, tool: name, ...said }
    return ({ namespaces }) => namespaces.setTool(namespace.id, whole)
  })
}

/** Takes a tool in, but where it waits for a person. */
function switchOn(model: Model, { namespace, serverId }: Found, tool: string): void {
  const at = namespace.id + serverId
  const rule = model.members.get(at)?.newTools ?? namespace.newTools
  const pins = model.pins.get(namespace.id)
  const key = `${serverId}\n${tool}`
  if (rule === 'ask' && model.known.has(at) && !pins?.has(key)) return
  pins?.set(key, pins.get(key) ?? null)
  model.known.add(at)
}

function itemEdit(): fc.Arbitrary<Edit> {
  const kind = fc.constantFrom('prompt' as const, 'resource' as const, 'template' as const)
  const patch = fc.record(
    {
      enabled: fc.boolean(),
      isNamed: fc.boolean(),
      title: textOrNull(),
      description: textOrNull(),
    },
    { requiredKeys: [] },
  )
  return editOf(fc.tuple(place(), kind, patch), ([where, one, { isNamed, ...rest }], model) => {
    const found = memberAt(model, where)
    if (!found) return NOTHING
    const { namespace, serverId } = found
    const item = { prompt: 'greet', resource: 'x://a', template: 'x://{b}' }[one]
    const canBeNamed = one === 'prompt' && isNamed !== undefined
    const named = canBeNamed ? { name: isNamed ? nameOf(where, item) : null } : {}
    setRule(namespace.items, { serverId, kind: one, item }, { ...rest, ...named })
    const whole: ItemRulePatch = { serverId, kind: one, item, ...rest, ...named }
    return ({ namespaces }) => namespaces.setItems(namespace.id, [whole])
  })
}

function acceptEdit(): fc.Arbitrary<Edit> {
  const definition = fc.record({ name: fc.constantFrom(...TOOLS), description: text() })
  return editOf(fc.tuple(place(), definition), ([where, tool], model) => {
    const found = memberAt(model, where)
    if (!found) return NOTHING
    const { namespace, serverId } = found
    model.pins.get(namespace.id)?.set(`${serverId}\n${tool.name}`, toolHash(tool))
    return ({ namespaces }) => namespaces.accept(namespace.id, [{ serverId, definition: tool }])
  })
}

type Where = { at: number; server: number }
type Found = { namespace: Model['namespaces'][number]; serverId: string }

/** Only of servers that are in it something can be said. */
function memberAt({ namespaces, servers }: Model, { at, server }: Where): Found | null {
  const namespace = namespaces[at]
  const serverId = servers[server]?.id
  const isMember = namespace?.servers.some((one) => one.serverId === serverId)
  return namespace && serverId !== undefined && isMember ? { namespace, serverId } : null
}

/** No two things have one name. */
function nameOf({ server }: Where, item: string): string {
  return `${SERVERS[server] ?? ''}_${item}`
}

const SILENT = { enabled: true, name: null, title: null, description: null }

function setRule<Rule extends object>(rules: Rule[], at: Partial<Rule>, said: Partial<Rule>): void {
  const keys = Object.keys(at) as (keyof Rule)[]
  const found = rules.findIndex((rule) => keys.every((key) => rule[key] === at[key]))
  const silent = 'tool' in at ? { ...SILENT, annotations: null } : SILENT
  const before = rules[found] ?? { ...at, ...silent }
  rules.splice(found < 0 ? rules.length : found, 1, { ...before, ...said } as Rule)
}
