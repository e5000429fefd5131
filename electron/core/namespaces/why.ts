import type { Endpoint } from '../../../shared/endpoint.ts'
import type { Namespace, ToolRule } from '../../../shared/namespace.ts'
import type { NamespaceOffer, Why, WhyStep } from '../../../shared/offer.ts'
import { searchSteps } from './why-searched.ts'

/** What is known about one tool and the way to it. */
export type WhyFacts = {
  serverId: string
  /** `undefined`: it does not exist. */
  server: { name: string; enabled: boolean } | undefined
  state: { state: string; error: string | null; signIn: string | null; lastError: string | null }
  tool: string
  /** The tools that the server offered when last seen; `null` when it never was. */
  serverTools: readonly string[] | null
  namespace: Namespace
  offer: NamespaceOffer
  endpoint: Endpoint | undefined
  /** Names of the keys that are on and open the endpoint. */
  keys: readonly string[]
  /** While everything is paused, no endpoint offers anything. */
  isPaused: boolean
}

/** Every check between a server and a client, in order; each says what it found and what to do. */
export function explain(facts: WhyFacts): Why {
  const { serverId, server, tool, namespace, endpoint, offer } = facts
  const offered = offer.servers
    .find((one) => one.id === serverId)
    ?.tools.find((one) => one.tool === tool)
  return {
    ...{ serverId, tool },
    server: server?.name ?? serverId,
    name: offered?.name ?? null,
    namespaceId: namespace.id,
    namespace: namespace.name,
    endpointId: endpoint?.id ?? null,
    steps: [
      ...serverSteps(facts),
      namespaceStep(facts),
      toolStep(facts, offered),
      ...endpointSteps(facts),
    ],
  }
}

function serverSteps({ serverId, server, state, tool, serverTools }: WhyFacts): WhyStep[] {
  const error = state.error ?? (serverTools === null ? state.lastError : null)
  const values = { server: server?.name ?? serverId, tool, error: error ?? '' }
  const open = { id: 'open-server', serverId } as const
  const step = (rest: Omit<WhyStep, 'check' | 'values'>): WhyStep => ({
    check: 'server',
    values,
    ...rest,
  })
  if (!server) return [step({ result: 'broken', finding: 'server-missing', fix: null })]
  if (!server.enabled) {
    const fix = { id: 'server-on', serverId } as const
    return [step({ result: 'broken', finding: 'server-off', fix })]
  }
  // What it offered when it was last seen is listed all the same; calls will say why they fail.
  const trouble =
    state.signIn === 'needed'
      ? ('server-sign-in' as const)
      : state.state === 'failed' || error !== null
        ? ('server-failed' as const)
        : null
  if (serverTools === null) {
    return [step({ result: 'broken', finding: trouble ?? 'server-unseen', fix: open })]
  }
  if (!serverTools.includes(tool)) {
    return [step({ result: 'broken', finding: 'server-lacks-tool', fix: open })]
  }
  if (trouble) return [step({ result: 'warn', finding: trouble, fix: open })]
  return [step({ result: 'ok', finding: 'server-offers-tool', fix: null })]
}

function namespaceStep({ serverId, server, namespace }: WhyFacts): WhyStep {
  const namespaceId = namespace.id
  const values = { namespace: namespace.name, server: server?.name ?? serverId }
  const member = namespace.servers.find((one) => one.serverId === serverId)
  const broken = { check: 'namespace', result: 'broken', values } as const
  if (!namespace.enabled) {
    return { ...broken, finding: 'namespace-off', fix: { id: 'namespace-on', namespaceId } }
  }
  if (!member) {
    const fix = server ? ({ id: 'add-server', namespaceId, serverId } as const) : null
    return { ...broken, finding: 'not-in-namespace', fix }
  }
  if (!member.enabled) {
    const fix = { id: 'server-on-here', namespaceId, serverId } as const
    return { ...broken, finding: 'off-in-namespace', fix }
  }
  return { ...broken, result: 'ok', finding: 'in-namespace', fix: null }
}

type Offered = NamespaceOffer['servers'][number]['tools'][number] | undefined

function toolStep(facts: WhyFacts, offered: Offered): WhyStep {
  const { serverId, tool, namespace } = facts
  const rule = ruleOf(facts)
  const name = offered?.name ?? rule?.name ?? tool
  const values = { tool, name, namespace: namespace.name }
  const at = { namespaceId: namespace.id, serverId, tool }
  const hold = holdOf(facts, offered)
  if (hold) {
    const isSwitch = hold === 'tool-off' || hold === 'tool-unpicked'
    const fix = { id: isSwitch ? ('tool-on' as const) : ('open-trust' as const), ...at }
    return { check: 'tool', result: 'broken', finding: hold, values, fix }
  }
  if (offered?.isChanged && namespace.changedTools === 'warn') {
    const fix = { id: 'open-trust' as const, ...at }
    return { check: 'tool', result: 'warn', finding: 'tool-changed-on', values, fix }
  }
  const finding = offered && offered.name !== offered.exposed ? 'tool-renamed' : 'tool-on'
  return { check: 'tool', result: 'ok', finding, values, fix: null }
}

function ruleOf({ serverId, tool, namespace }: WhyFacts): ToolRule | undefined {
  return namespace.tools.find((one) => one.serverId === serverId && one.tool === tool)
}

/** What keeps the tool itself back, whether or not its server is on. */
function holdOf(facts: WhyFacts, offered: Offered) {
  if (ruleOf(facts)?.enabled === false) return 'tool-off'
  if (!offered || offered.on) return null
  if (offered.isChanged) return 'tool-changed'
  const { serverId, namespace } = facts
  const member = namespace.servers.find((one) => one.serverId === serverId)
  return (member?.newTools ?? namespace.newTools) === 'ask' ? 'tool-new' : 'tool-unpicked'
}

function endpointSteps(facts: WhyFacts): WhyStep[] {
  const { namespace, endpoint, keys } = facts
  if (!endpoint) {
    const fix = { id: 'new-endpoint', namespaceId: namespace.id } as const
    const values = { namespace: namespace.name }
    return [{ check: 'endpoint', result: 'broken', finding: 'no-endpoint', values, fix }]
  }
  const { id: endpointId, name, enabled, auth } = endpoint
  const values = { endpoint: name, namespace: namespace.name }
  const off = { check: 'endpoint', result: 'broken', values } as const
  const on: WhyStep = !enabled
    ? { ...off, finding: 'endpoint-off', fix: { id: 'endpoint-on', endpointId } }
    : facts.isPaused
      ? { ...off, finding: 'paused', fix: { id: 'resume' } }
      : { ...off, result: 'ok', finding: 'endpoint-on', fix: null }
  return [on, ...searchSteps(facts, facts.offer), keyStep({ endpointId, auth, values, keys })]
}

function keyStep(parts: {
  endpointId: string
  auth: Endpoint['auth']
  values: { endpoint: string }
  keys: readonly string[]
}): WhyStep {
  const { endpointId, auth, keys } = parts
  const values = { ...parts.values, count: keys.length, key: keys[0] ?? '' }
  const step = { check: 'key', result: 'ok', values, fix: null } as const
  if (auth.apiKey && keys.length > 0) return { ...step, finding: 'keys' }
  if (auth.oauth) return { ...step, finding: 'sign-in' }
  if (!auth.apiKey) return { ...step, finding: 'open-to-all' }
  return { ...step, result: 'broken', finding: 'no-key', fix: { id: 'new-key', endpointId } }
}
