import { expect, test } from 'vitest'
import type { Namespace, ToolRule } from '../../../shared/namespace.ts'
import type { Server } from '../../../shared/server.ts'
import { openTempStores, someServer, type TempStores } from '../testing/temp-stores.ts'

/*
 * Saving one thing never changes another. Random changes, several at a time, are made to the stores
 * and to a model that is so simple that it cannot lose anything; at the end both say the same, and
 * so does a later start.
 */

const STEPS = 60
const TOOLS = ['echo', 'add']

type Model = {
  servers: Map<string, Server>
  namespaces: Map<string, Namespace>
  /** What a server's switch was when it was last in a namespace. */
  switches: Map<string, boolean>
}
type Change = () => Promise<unknown>

/** Repeatable: a failure names its seed. */
function random(seed: number): (limit: number) => number {
  let state = seed
  return (limit) => {
    // Mulberry32
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit
  }
}

async function openModel(stores: TempStores): Promise<Model> {
  const model: Model = { servers: new Map(), namespaces: new Map(), switches: new Map() }
  for (const name of ['a', 'b', 'c']) {
    const made = await stores.servers.create({
      ...someServer(name),
      env: { KEY: `secret-${name}` },
    })
    model.servers.set(made.id, structuredClone(made))
  }
  for (const name of ['one', 'two']) {
    const servers = [...model.servers.keys()].map((serverId) => ({ serverId, enabled: true }))
    const made = await stores.namespaces.create({ name, servers })
    model.namespaces.set(made.id, structuredClone(made))
    servers.forEach(({ serverId }) => model.switches.set(made.id + serverId, true))
  }
  return model
}

/** Changes one thing in the model at once, and returns how to change it in the stores. */
function changeOne(stores: TempStores, model: Model, dice: (limit: number) => number): Change {
  const pick = <T>(values: Iterable<T>): T => {
    const all = [...values]
    return all[dice(all.length)] as T
  }
  const server = pick(model.servers.values())
  const namespace = pick(model.namespaces.values())
  const text = `text ${dice(1000)}`
  const changes: (() => Change)[] = [
    () => {
      server.description = text
      return () => stores.servers.update(server.id, { description: text })
    },
    () => {
      const enabled = (server.enabled = !server.enabled)
      return () => stores.servers.update(server.id, { enabled })
    },
    () => {
      // A form sends the names that it knows with null, and what is new with its value.
      if (server.type !== 'STDIO') return () => Promise.resolve()
      const name = `VAR_${dice(4)}`
      const kept = Object.fromEntries(Object.keys(server.env).map((key) => [key, null]))
      server.env = { ...server.env, [name]: text }
      return () => stores.servers.update(server.id, { env: { ...kept, [name]: text } })
    },
    () => {
      namespace.description = text
      return () => stores.namespaces.update(namespace.id, { description: text })
    },
    () => {
      const chosen = [...model.servers.keys()].filter(() => dice(3) > 0)
      if (dice(2) === 0) chosen.reverse()
      namespace.servers = chosen.map((serverId) => ({
        serverId,
        enabled: model.switches.get(namespace.id + serverId) ?? true,
        newTools: null,
      }))
      const servers = chosen.map((serverId) => ({ serverId }))
      return () => stores.namespaces.update(namespace.id, { servers })
    },
    () => {
      const member = pick(namespace.servers)
      if (!member) return () => Promise.resolve()
      member.enabled = !member.enabled
      model.switches.set(namespace.id + member.serverId, member.enabled)
      const servers = structuredClone(namespace.servers)
      return () => stores.namespaces.update(namespace.id, { servers })
    },
    () => {
      const member = pick(namespace.servers)
      if (!member) return () => Promise.resolve()
      const patch = pick<Partial<ToolRule>>([
        { enabled: dice(2) === 0 },
        { title: text },
        { description: text },
        { annotations: { readOnlyHint: dice(2) === 0 } },
      ])
      const tool = pick(TOOLS)
      setRule(namespace, { serverId: member.serverId, tool }, patch)
      const { serverId } = member
      return () => stores.namespaces.setTool(namespace.id, { serverId, tool, ...patch })
    },
  ]
  return pick(changes)()
}

function setRule(
  namespace: Namespace,
  at: Pick<ToolRule, 'serverId' | 'tool'>,
  patch: Partial<ToolRule>,
): void {
  const none = { enabled: true, name: null, title: null, description: null, annotations: null }
  const isSame = (rule: ToolRule) => rule.serverId === at.serverId && rule.tool === at.tool
  const before = namespace.tools.find(isSame) ?? { ...at, ...none }
  const others = namespace.tools.filter((rule) => !isSame(rule))
  namespace.tools = [...others, { ...before, ...patch }]
}

/** Without rules that say nothing, which a store may drop, and in one order. */
function plain(namespaces: Iterable<Namespace>) {
  return Array.from(namespaces, ({ tools, ...rest }) => {
    const said = tools.filter((r) => !r.enabled || r.title || r.description || r.annotations)
    return { ...rest, tools: said.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)) }
  })
}

const keyOf = ({ serverId, tool }: ToolRule) => serverId + tool

test.each([1, 2, 3])('no change loses another one (seed %i)', async (seed) => {
  await using stores = await openTempStores()
  const model = await openModel(stores)
  const dice = random(seed)
  for (let step = 0; step < STEPS; step += 3) {
    // Begun at once, in this order: some change the same thing.
    const changes = [1, 2, 3].map(() => changeOne(stores, model, dice))
    await Promise.all(changes.map((change) => change()))
  }
  for (const { servers, namespaces } of [stores, await stores.reopen()]) {
    expect(servers.list()).toEqual([...model.servers.values()])
    expect(plain(namespaces.list())).toEqual(plain(model.namespaces.values()))
  }
})
