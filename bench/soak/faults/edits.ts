import { setTimeout as pause } from 'node:timers/promises'
import { openRaw } from '../raw-clients.ts'
import type { Scope } from '../ledger.ts'
import { EDITED, type World } from '../world.ts'
import type { Fault, Hit } from './fault.ts'

const LEAST_MS = 100
const MOST_MS = 3_000

async function idOf(world: World, what: 'servers' | 'namespaces' | 'endpoints', name: string) {
  const all: { id: string; name: string }[] = await world.program.admin[what].list.query()
  const found = all.find((one) => one.name === name)
  if (!found) throw new Error(`there is no ${name} among the ${what}`)
  return found.id
}

type Edit = { scope: Scope; there(): Promise<unknown>; back(): Promise<unknown> }

/** There and back; what is called meanwhile may fail of it. */
async function edit({ world, random, name }: Hit, { scope, there, back }: Edit): Promise<void> {
  const end = world.ledger.disturb(scope, name)
  try {
    await there()
    await pause(random.between(LEAST_MS, MOST_MS))
  } finally {
    await back()
    end()
  }
}

async function renameServer(hit: Hit): Promise<void> {
  const { servers } = hit.world.program.admin
  const id = await idOf(hit.world, 'servers', EDITED)
  await edit(hit, {
    scope: `server:${EDITED}`,
    there: () => servers.update.mutate({ id, patch: { name: 'renamed' } }),
    back: () => servers.update.mutate({ id, patch: { name: EDITED } }),
  })
}

async function switchServer(hit: Hit): Promise<void> {
  const { servers } = hit.world.program.admin
  const id = await idOf(hit.world, 'servers', EDITED)
  await edit(hit, {
    scope: `server:${EDITED}`,
    there: () => servers.setEnabled.mutate({ id, enabled: false }),
    back: () => servers.setEnabled.mutate({ id, enabled: true }),
  })
}

/** It has to be started anew with other words. */
async function changeServer(hit: Hit): Promise<void> {
  const { servers } = hit.world.program.admin
  const id = await idOf(hit.world, 'servers', EDITED)
  const set = (NUMBER: string) => servers.update.mutate({ id, patch: { env: { NUMBER } } })
  const scope: Scope = `server:${EDITED}`
  await edit(hit, { scope, there: () => set(String(hit.random.next())), back: () => set('0') })
}

/** What is said of it changes nothing of its connections. */
async function describeServer({ world, random }: Hit): Promise<void> {
  const id = await idOf(world, 'servers', 'calm')
  const description = `described ${random.between(1, 1_000_000)}`
  await world.program.admin.servers.update.mutate({ id, patch: { description } })
}

async function switchNamespace(hit: Hit): Promise<void> {
  const { namespaces } = hit.world.program.admin
  const id = await idOf(hit.world, 'namespaces', 'changing')
  await edit(hit, {
    scope: 'endpoint:changing',
    there: () => namespaces.setEnabled.mutate({ id, enabled: false }),
    back: () => namespaces.setEnabled.mutate({ id, enabled: true }),
  })
}

async function switchTool(hit: Hit): Promise<void> {
  const { namespaces } = hit.world.program.admin
  const id = await idOf(hit.world, 'namespaces', 'changing')
  const serverId = await idOf(hit.world, 'servers', EDITED)
  const tool = hit.random.pick(['echo', 'big', 'slow'])
  const change = hit.random.pick([{ enabled: false }, { name: 'another_name' }])
  const set = (patch: object) =>
    namespaces.setTool.mutate({ id, patch: { serverId, tool, ...patch } })
  await edit(hit, {
    scope: `server:${EDITED}`,
    there: () => set(change),
    back: () => set({ enabled: true, name: null }),
  })
}

async function switchEndpoint(hit: Hit): Promise<void> {
  const { endpoints } = hit.world.program.admin
  const id = await idOf(hit.world, 'endpoints', 'changing')
  await edit(hit, {
    scope: 'endpoint:changing',
    there: () => endpoints.update.mutate({ id, patch: { enabled: false } }),
    back: () => endpoints.update.mutate({ id, patch: { enabled: true } }),
  })
}

/** Its calls work until it is revoked, and none does afterwards. */
async function revokeKey({ world, random }: Hit): Promise<void> {
  const { apiKeys } = world.program.admin
  const made = await apiKeys.create.mutate({ name: `soak ${random.between(1, 1_000_000)}` })
  const place = { ...world.place('steady'), key: made.key }
  const era = random.pick(['legacy', 'modern'] as const)
  const client = await openRaw(era, place, (words) => world.ledger.violate(`a fault: ${words}`))
  const call = (tool: string, more: object) => {
    const signal = AbortSignal.timeout(30_000)
    return client.call({ tool, args: { value: 'key', ...more }, signal })
  }
  await call('calm__echo', {})
  const running = call('calm__slow', { steps: 20, stepMs: 100 }).then(
    () => 'answered',
    () => 'ended',
  )
  await pause(100)
  await apiKeys.delete.mutate({ id: made.apiKey.id })
  // Busy as the database is, the call may have been over by then.
  const revokedAt = performance.now()
  const how = await running
  if (how === 'answered' && performance.now() > revokedAt + 100) {
    world.ledger.violate('a revoked key had its call answered')
  }
  const after = await call('calm__echo', {}).then(
    () => 'answered',
    () => 'refused',
  )
  if (after === 'answered') world.ledger.violate('a revoked key still calls')
}

/** With a namespace and a client of its own, made, called and deleted. */
async function makeEndpoint({ world, random }: Hit): Promise<void> {
  const { endpoints, namespaces } = world.program.admin
  const name = `soak${random.between(1, 1_000_000)}`
  const serverId = await idOf(world, 'servers', 'calm')
  const namespace = await namespaces.create.mutate({ name, servers: [{ serverId }] })
  const endpoint = await endpoints.create.mutate({ name, namespaceId: namespace.id })
  const surplus = (words: string) => world.ledger.violate(`a fault: ${words}`)
  const client = await openRaw('legacy', world.place(name), surplus)
  const signal = AbortSignal.timeout(30_000)
  const text = await client.call({ tool: 'calm__echo', args: { value: name }, signal })
  if (text !== name) world.ledger.violate(`a wrong answer at a new endpoint: ${text}`)
  await endpoints.delete.mutate({ id: endpoint.id })
  await namespaces.delete.mutate({ id: namespace.id })
}

const SERVER = ['the edited server']
const NAMESPACE = ['the changing namespace']

/** What people change while others call. */
export const EDIT_FAULTS: Fault[] = [
  { name: 'server renamed', weight: 2, targets: SERVER, run: renameServer },
  { name: 'server off', weight: 2, targets: SERVER, run: switchServer },
  { name: 'server changed', weight: 2, targets: SERVER, run: changeServer },
  { name: 'server described', weight: 2, targets: ['the calm server'], run: describeServer },
  { name: 'namespace off', weight: 1, targets: NAMESPACE, run: switchNamespace },
  { name: 'endpoint off', weight: 1, targets: NAMESPACE, run: switchEndpoint },
  { name: 'tool off or renamed', weight: 2, targets: SERVER, run: switchTool },
  { name: 'key revoked', weight: 2, targets: ['a key'], run: revokeKey },
  { name: 'endpoint made', weight: 2, targets: ['an endpoint'], run: makeEndpoint },
]
