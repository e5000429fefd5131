import { randomUUID } from 'node:crypto'
import type { z } from 'zod'
import {
  namespaceInput,
  namespacePatch,
  type ItemRulePatch,
  type Namespace,
  type NamespaceInput,
  type NamespacePatch,
  type ToolRulePatch,
} from '../../../shared/namespace.ts'
import type { AcceptedTool } from '../../../shared/trust.ts'
import type { MiddlewareEntry } from '../../../shared/middleware.ts'
import { ownedBy } from '../access.ts'
import type { Tx } from '../db/open.ts'
import { InvalidInput, parseInput } from '../problems.ts'
import { pinnedPart, toolHash } from '../tool-hash.ts'
import { patchItemRules } from './item-rules.ts'
import * as rows from './namespace-rows.ts'
import { pick, type PickedTool } from './picking.ts'
import { readPinsOf, replacePins, writeDefinitions, writeKnown, writePins } from './pin-rows.ts'
import { newcomersOf, toolKey, type Pin, type Tool } from './pins.ts'
import { patchToolRules } from './tool-rules.ts'

/** A tool that a person has looked at, as it is listed by its server. */
export type LookedAt = { serverId: string; definition: Tool }

/** The changes to namespaces, each within a transaction; resolves with the namespace after it. */
export function namespaceChanges(checkMiddleware: (entries: readonly MiddlewareEntry[]) => void) {
  return {
    createIn(tx: Tx, input: NamespaceInput, ownerId: string | null = null) {
      const parsed = parseInput(namespaceInput, input)
      checkMiddleware(parsed.middleware)
      return insert(tx, parsed, ownerId)
    },
    updateIn(tx: Tx, id: string, input: NamespacePatch) {
      const patch = parseInput(namespacePatch, input)
      checkMiddleware(patch.middleware ?? [])
      return change(tx, id, patch)
    },
    setToolsIn,
    switchToolsIn,
    setItemsIn,
    acceptIn,
    unacceptIn,
    restoreIn,
    pickIn,
  }
}

async function insert(
  tx: Tx,
  parsed: z.output<typeof namespaceInput>,
  ownerId: string | null,
): Promise<Namespace> {
  const owned = ownedBy(ownerId, parsed.shared)
  const namespace = { ...parsed, ...owned, id: randomUUID(), tools: [], items: [] }
  await rows.insertNamespace(tx, namespace)
  return namespace
}

async function change(tx: Tx, id: string, patch: NamespacePatch): Promise<Namespace> {
  const { servers, shared, ...fields } = patch
  const { namespace: current, members } = await rows.lockNamespace(tx, id)
  const named = Object.entries(fields).filter(([, value]) => value !== undefined)
  const namespace: Namespace = {
    ...current,
    ...(Object.fromEntries(named) as Partial<Namespace>),
    ...ownedBy(current.ownerId, shared ?? current.shared),
    servers: (servers ?? current.servers).map(({ serverId, enabled, newTools }) => ({
      serverId,
      enabled: enabled ?? members.get(serverId)?.enabled ?? true,
      newTools: newTools === undefined ? (members.get(serverId)?.newTools ?? null) : newTools,
    })),
  }
  await rows.updateNamespace(tx, namespace, members)
  return namespace
}

/** Whoever names a tool as on takes it in, seen or not. */
async function setToolsIn(tx: Tx, id: string, patches: ToolRulePatch[]): Promise<Namespace> {
  const namespace = await changeRules(tx, id, patches)
  await takeIn(tx, id, patches.filter(switchesOn))
  return namespace
}

/** The same, but that what waits for a person waits on: to switch it on is no look at it. */
async function switchToolsIn(tx: Tx, id: string, patches: ToolRulePatch[]): Promise<Namespace> {
  const namespace = await changeRules(tx, id, patches)
  const pins = await readPinsOf(tx, id)
  const asking = namespace.servers.filter((one) => newcomersOf(namespace, one, pins) === 'ask')
  const asked = new Set(asking.map(({ serverId }) => serverId))
  const waits = ({ serverId, tool }: PickedTool) =>
    asked.has(serverId) && !pins.tools.has(toolKey(serverId, tool))
  const free = patches.filter((patch) => switchesOn(patch) && !waits(patch))
  await takeIn(tx, id, free)
  return namespace
}

function switchesOn({ enabled }: ToolRulePatch): boolean {
  return enabled === true
}

async function changeRules(tx: Tx, id: string, patches: ToolRulePatch[]): Promise<Namespace> {
  const { namespace: current } = await rows.lockNamespace(tx, id)
  refuseStrangers(current, patches)
  const namespace = { ...current, tools: patchToolRules(current.tools, patches) }
  await rows.writeTools(tx, namespace)
  return namespace
}

async function takeIn(tx: Tx, id: string, tools: readonly PickedTool[]): Promise<void> {
  const pins = tools.map(({ serverId, tool }): Pin => ({ serverId, tool, hash: null }))
  await writePins(tx, id, distinct(pins))
  // Where single tools are chosen before a server was seen, its others are new ones.
  await writeKnown(tx, id, [...new Set(tools.map(({ serverId }) => serverId))])
}

async function pickIn(tx: Tx, id: string, picked: readonly PickedTool[]): Promise<Namespace> {
  const { namespace } = await rows.lockNamespace(tx, id)
  const { servers, patches } = pick(namespace, await readPinsOf(tx, id), picked)
  await change(tx, id, { servers })
  return switchToolsIn(tx, id, patches)
}

async function setItemsIn(tx: Tx, id: string, patches: ItemRulePatch[]): Promise<Namespace> {
  const { namespace: current } = await rows.lockNamespace(tx, id)
  refuseStrangers(current, patches)
  const namespace = { ...current, items: patchItemRules(current.items, patches) }
  await rows.writeItems(tx, namespace)
  return namespace
}

async function acceptIn(tx: Tx, id: string, tools: readonly LookedAt[]): Promise<Namespace> {
  const { namespace } = await rows.lockNamespace(tx, id)
  refuseStrangers(namespace, tools)
  const pins = tools.map(({ serverId, definition }): Pin => {
    return { serverId, tool: String(definition.name), hash: toolHash(definition) }
  })
  const parts = tools.map(
    ({ definition }) => [toolHash(definition), pinnedPart(definition)] as const,
  )
  await writeDefinitions(tx, new Map(parts))
  await writePins(tx, id, distinct(pins))
  return namespace
}

async function unacceptIn(tx: Tx, id: string, tools: readonly AcceptedTool[]): Promise<Namespace> {
  const { namespace } = await rows.lockNamespace(tx, id)
  const pins = await readPinsOf(tx, id)
  const present = tools.filter(
    ({ serverId, tool, hash }) => pins.tools.get(toolKey(serverId, tool)) === hash,
  )
  const before = present.map(({ serverId, tool, before: hash }): Pin => ({ serverId, tool, hash }))
  await replacePins(tx, id, distinct(before))
  return namespace
}

/** Switches tools on without taking them in: those that waited wait again. */
function restoreIn(tx: Tx, id: string, tools: readonly PickedTool[]): Promise<Namespace> {
  const patches = tools.map(({ serverId, tool }) => ({ serverId, tool, enabled: true }))
  return changeRules(tx, id, patches)
}

function refuseStrangers(
  { name, servers }: Namespace,
  parts: readonly { serverId: string }[],
): void {
  const members = new Set(servers.map((server) => server.serverId))
  const stranger = parts.find(({ serverId }) => !members.has(serverId))
  if (!stranger) return
  const message = `the server "${stranger.serverId}" is not in the namespace "${name}"`
  throw new InvalidInput([{ path: ['serverId'], message }])
}

/** One statement must not write a row twice; the last one counts. */
function distinct(pins: readonly Pin[]): Pin[] {
  return [...new Map(pins.map((pin) => [toolKey(pin.serverId, pin.tool), pin])).values()]
}
