import fc from 'fast-check'
import type { EndpointPatch } from '../../../shared/endpoint.ts'
import type { NamespacePatch, NewTools } from '../../../shared/namespace.ts'
import { NOTHING, SERVERS, type Edit } from './edit-model.ts'
import { editOf, text } from './edit-of.ts'
import { ruleEdit } from './random-rules.ts'

/** A few edits that are begun at once, in their order. */
export function editsAtOnce(): fc.Arbitrary<Edit[]> {
  return fc.array(oneEdit(), { minLength: 1, maxLength: 3 })
}

function oneEdit(): fc.Arbitrary<Edit> {
  return fc.oneof(
    serverEdit(),
    namespaceEdit(),
    { arbitrary: membersEdit(), weight: 2 },
    { arbitrary: ruleEdit(), weight: 4 },
    endpointEdit(),
  )
}

const newToolsRule = () => fc.constantFrom<NewTools>('on', 'off', 'ask')

function serverEdit(): fc.Arbitrary<Edit> {
  const change = fc.oneof(
    fc.record({ description: text() }),
    fc.record({ enabled: fc.boolean() }),
    fc.record({ VAR: text() }),
    fc.record({ OTHER: text() }),
  )
  return editOf(fc.tuple(fc.nat(SERVERS.length - 1), change), ([at, patch], model) => {
    const server = model.servers[at]
    if (server?.type !== 'STDIO') return NOTHING
    const { id } = server
    if ('description' in patch || 'enabled' in patch) {
      Object.assign(server, patch)
      return (stores) => stores.servers.update(id, patch)
    }
    // A form sends the names that it knows with null, and what is new with its value.
    const kept = Object.fromEntries(Object.keys(server.env).map((key) => [key, null]))
    server.env = { ...server.env, ...patch }
    return (stores) => stores.servers.update(id, { env: { ...kept, ...patch } })
  })
}

function namespaceEdit(): fc.Arbitrary<Edit> {
  const entry = fc.constantFrom(
    { use: 'limit-time', ms: 5_000 },
    { use: 'limit-time', ms: 9_000, enabled: false },
    { use: 'redact' },
  )
  const patch = fc.record(
    {
      description: text(),
      enabled: fc.boolean(),
      newTools: newToolsRule(),
      changedTools: fc.constantFrom('off' as const, 'warn' as const, 'block' as const),
      middleware: fc.array(entry, { maxLength: 3 }),
    },
    { requiredKeys: [] },
  )
  return editOf(fc.tuple(fc.nat(1), patch), ([at, named], model) => {
    const namespace = model.namespaces[at]
    if (!namespace) return NOTHING
    Object.assign(namespace, structuredClone(named))
    return ({ namespaces }) => namespaces.update(namespace.id, named as NamespacePatch)
  })
}

/** Which servers, in which order, and what is said of some of them. */
function membersEdit(): fc.Arbitrary<Edit> {
  const member = fc.record(
    { enabled: fc.boolean(), newTools: fc.option(newToolsRule()) },
    { requiredKeys: [] },
  )
  const order = fc.shuffledSubarray(
    SERVERS.map((_, at) => at),
    { minLength: 1 },
  )
  const said = fc.array(member, { minLength: SERVERS.length, maxLength: SERVERS.length })
  return editOf(fc.tuple(fc.nat(1), order, said), ([at, chosen, words], model) => {
    const namespace = model.namespaces[at]
    if (!namespace) return NOTHING
    const servers = chosen.map((one) => {
      return { serverId: model.servers[one]?.id ?? '', ...words[one] }
    })
    namespace.servers = servers.map(({ serverId, ...named }) => {
      const before = model.members.get(namespace.id + serverId)
      const after = { enabled: true, newTools: null, ...before, ...named }
      model.members.set(namespace.id + serverId, after)
      return { serverId, ...after }
    })
    return ({ namespaces }) => namespaces.update(namespace.id, { servers })
  })
}

function endpointEdit(): fc.Arbitrary<Edit> {
  const perMinute = fc.option(fc.integer({ min: 1, max: 9 }))
  const patch = fc.record(
    {
      description: text(),
      enabled: fc.boolean(),
      prefix: fc.boolean(),
      auth: fc.record({ apiKey: fc.boolean(), queryParam: fc.boolean() }, { requiredKeys: [] }),
      mode: fc.constantFrom('direct' as const, 'search' as const, 'auto' as const),
      aboveTokens: fc.constantFrom(7, 9),
      pinned: fc.option(fc.nat(SERVERS.length - 1)),
      rateLimit: fc.option(fc.record({ perMinute, perClientPerMinute: perMinute })),
      namespace: fc.nat(1),
    },
    { requiredKeys: [] },
  )
  return editOf(fc.tuple(fc.nat(1), patch), ([at, given], model) => {
    const { mode, aboveTokens, pinned, namespace, ...rest } = given
    const endpoint = model.endpoints[at]
    const namespaceId = namespace === undefined ? undefined : model.namespaces[namespace]?.id
    if (!endpoint) return NOTHING
    const serverId = typeof pinned === 'number' ? model.servers[pinned]?.id : undefined
    const tools = serverId === undefined ? [] : [{ serverId, tool: 'echo' }]
    const found = {
      ...(mode !== undefined && { mode }),
      ...(aboveTokens !== undefined && { aboveTokens }),
      ...(pinned !== undefined && { pinned: tools }),
    }
    const named: EndpointPatch = {
      ...rest,
      ...(namespaceId !== undefined && { namespaceId }),
      ...(Object.keys(found).length > 0 && { discovery: found }),
    }
    const auth = { ...endpoint.auth, ...named.auth }
    const discovery = { ...endpoint.discovery, ...found }
    Object.assign(endpoint, structuredClone({ ...named, discovery }), { auth })
    return ({ endpoints }) => endpoints.update(endpoint.id, named)
  })
}
