import type { Namespace } from '../../../shared/namespace.ts'
import type { OwnedServer } from '../../../shared/server.ts'
import type {
  AcceptedTool,
  AcceptInput,
  RefuseInput,
  ToolFlag,
  TrustCount,
  TrustedTool,
  TrustList,
  UnacceptInput,
  WaitingCommand,
} from '../../../shared/trust.ts'
import type { Access } from '../access.ts'
import { AppError } from '../errors.ts'
import { pinnedPart, toolHash } from '../tool-hash.ts'
import { commandOf } from './commands.ts'
import { openFlagging, type ListedServer } from './flags-of-tools.ts'
import type { Reviewed } from './reviewed.ts'

type Definition = Readonly<Record<string, unknown>>

/** A tool of a server that is on in a namespace, as its server lists it. */
export type MemberTool = {
  serverId: string
  definition: Definition
  /** `offered`: clients get it, and it is as it was taken in. */
  state: 'offered' | 'new' | 'changed' | 'told'
  /** Of what was taken in. */
  pinned: string | null
}

export type TrustParts = {
  namespaces: {
    list(): readonly Namespace[]
    get(id: string): Namespace | undefined
    /** Takes tools in as they are given. */
    accept(id: string, tools: { serverId: string; definition: Definition }[]): Promise<unknown>
    /** Has what was taken in before in the place of what was accepted, where that is so still. */
    unaccept(id: string, tools: readonly AcceptedTool[]): Promise<unknown>
    /** Switches them off, or lets them wait once more. */
    refuse(id: string, tools: RefuseInput['tools']): Promise<unknown>
    restore(id: string, tools: RefuseInput['tools']): Promise<unknown>
    definitions(hashes: readonly string[]): Promise<ReadonlyMap<string, Record<string, unknown>>>
  }
  servers: {
    list(): readonly OwnedServer[]
    get(id: string): OwnedServer | undefined
    /** `look` throws at what it is by then, should that be something else. */
    approve(id: string, look: (server: OwnedServer) => void): Promise<unknown>
  }
  reviewed: Reviewed
  /** Of servers that are on in the namespace; without what is switched off. */
  toolsIn(namespace: Namespace): MemberTool[]
  listedIn(namespace: Namespace): ListedServer[]
  noNamespace: (id: string) => AppError
  noServer: (id: string) => AppError
  /** Make what is live follow. */
  followNamespace(id: string): Promise<void>
  followServer(id: string): Promise<void>
  /** News for who looks at the list. */
  changed(namespaceId: string): void
}

/** What a person has to look at before clients get it, and what they say of it. */
export interface Trust {
  list(access: Access): Promise<TrustList>
  count(access: Access): Promise<TrustCount>
  /**
   * Resolves with what takes it back. Rejects AppError `conflict` where a tool is another by now
   * than the one that was looked at.
   */
  accept(access: Access, input: AcceptInput): Promise<AcceptedTool[]>
  unaccept(access: Access, input: UnacceptInput): Promise<void>
  refuse(access: Access, input: RefuseInput): Promise<void>
  /** Takes a refusal back: the tools wait as before. */
  restore(access: Access, input: RefuseInput): Promise<void>
  /** Rejects AppError `conflict` where it runs something else by now. */
  approve(access: Access, input: { serverId: string; hash: string }): Promise<void>
}

type Doubted = MemberTool & { server: OwnedServer; flags: readonly ToolFlag[] }

export function openTrust(parts: TrustParts): Trust {
  const doubtedIn = finder(parts)
  return { ...views(parts, doubtedIn), ...decisions(parts, doubtedIn) }
}

type Find = (access: Access, namespace: Namespace) => Promise<Doubted[]>

function views(
  { namespaces, servers }: TrustParts,
  doubtedIn: Find,
): Pick<Trust, 'list' | 'count'> {
  async function toolsFor(access: Access): Promise<TrustedTool[]> {
    const found: { namespace: Namespace; doubted: Doubted[] }[] = []
    for (const namespace of access.seen(namespaces.list())) {
      found.push({ namespace, doubted: await doubtedIn(access, namespace) })
    }
    const hashes = found.flatMap(({ doubted }) => doubted.flatMap(({ pinned }) => pinned ?? []))
    const known = await namespaces.definitions([...new Set(hashes)])
    return found.flatMap(({ namespace, doubted }) => {
      const mayDecide = access.changes(namespace)
      return doubted.map((one) => ({ ...toolView(one, namespace, known), mayDecide }))
    })
  }

  function commandsFor(access: Access): WaitingCommand[] {
    return servers.list().flatMap((server) => {
      if (server.type !== 'STDIO' || server.approved || !access.changes(server)) return []
      return [commandOf(server)]
    })
  }

  return {
    list: async (access) => ({ tools: await toolsFor(access), commands: commandsFor(access) }),
    async count(access) {
      const all: Doubted[] = []
      for (const namespace of namespaces.list()) {
        if (access.changes(namespace)) all.push(...(await doubtedIn(access, namespace)))
      }
      return { ...countByServer(all), commands: commandsFor(access).length }
    },
  }
}

function decisions(parts: TrustParts, doubtedIn: Find): Omit<Trust, 'list' | 'count'> {
  const { namespaces, servers, reviewed } = parts

  function mine(access: Access, id: string): Namespace {
    return access.requireChanged(namespaces.get(id), () => parts.noNamespace(id))
  }

  async function told(namespaceId: string): Promise<void> {
    parts.changed(namespaceId)
    await parts.followNamespace(namespaceId)
  }

  return {
    async accept(access, { namespaceId, tools }) {
      const namespace = mine(access, namespaceId)
      const accepted = seenAs(await doubtedIn(access, namespace), tools)
      const unpinned = accepted.filter(({ state }) => state !== 'offered')
      if (unpinned.length > 0) await namespaces.accept(namespaceId, unpinned.map(picked))
      const flagged = accepted.filter(({ flags }) => flags.length > 0)
      await reviewed.add(
        namespaceId,
        flagged.map(({ definition }) => toolHash(definition)),
      )
      await told(namespaceId)
      return accepted.map(acceptedAs)
    },
    async unaccept(access, { namespaceId, tools }) {
      mine(access, namespaceId)
      const taken = tools.filter(({ before, hash }) => before !== hash)
      if (taken.length > 0) await namespaces.unaccept(namespaceId, taken)
      await reviewed.remove(
        namespaceId,
        tools.map(({ hash }) => hash),
      )
      await told(namespaceId)
    },
    async refuse(access, { namespaceId, tools }) {
      mine(access, namespaceId)
      await namespaces.refuse(namespaceId, tools)
      await parts.followNamespace(namespaceId)
    },
    async restore(access, { namespaceId, tools }) {
      mine(access, namespaceId)
      await namespaces.restore(namespaceId, tools)
      await parts.followNamespace(namespaceId)
    },
    async approve(access, { serverId, hash }) {
      const missing = () => parts.noServer(serverId)
      const server = access.requireChanged(servers.get(serverId), missing)
      if (server.type !== 'STDIO' || server.approved) return
      await servers.approve(serverId, (now) => {
        const isSeen = now.type === 'STDIO' && commandOf(now).hash === hash
        if (!isSeen) throw changedAgain(`The command of "${now.name}"`)
      })
      await parts.followServer(serverId)
    },
  }
}

/** What this caller has to look at in a namespace: what is not theirs to see has no name, either. */
function finder({ servers, reviewed, toolsIn, listedIn }: TrustParts) {
  const flagging = openFlagging()
  return async (access: Access, namespace: Namespace): Promise<Doubted[]> => {
    const doubted: Doubted[] = []
    const listed = listedIn(namespace)
    const flagsFor = flagging.in(namespace.id, listed)
    for (const one of toolsIn(namespace)) {
      const server = servers.get(one.serverId)
      if (!server || !access.sees(server)) continue
      const flags = await flagsFor(one.serverId, one.definition)
      const isSeen = () => reviewed.has(namespace.id, toolHash(one.definition))
      if (one.state === 'offered' && (flags.length === 0 || isSeen())) continue
      doubted.push({ ...one, server, flags })
    }
    return doubted
  }
}

function toolView(
  { definition, server, flags, state, pinned }: Doubted,
  namespace: Namespace,
  known: ReadonlyMap<string, Record<string, unknown>>,
): Omit<TrustedTool, 'mayDecide'> {
  const why = state === 'offered' ? 'flagged' : state === 'told' ? 'changed' : state
  const before = why === 'changed' && pinned !== null ? (known.get(pinned) ?? null) : null
  return {
    ...{ namespaceId: namespace.id, namespace: namespace.name },
    ...{ serverId: server.id, server: server.name, tool: String(definition.name) },
    ...{ why, held: state === 'new' || state === 'changed', hash: toolHash(definition), before },
    ...{ after: pinnedPart(definition), flags: [...flags] },
  }
}

/** The tools that were looked at, if they are still the same. */
function seenAs(doubted: readonly Doubted[], tools: AcceptInput['tools']): Doubted[] {
  const now = new Map(doubted.map((one) => [keyOf(one), one]))
  return tools.flatMap(({ serverId, tool, hash }) => {
    const one = now.get(`${serverId}\n${tool}`)
    // Somebody else was faster, or it is gone.
    if (!one) return []
    // Between the look and the click a server may say something else.
    if (toolHash(one.definition) !== hash) throw changedAgain(`The tool "${tool}"`)
    return [one]
  })
}

/** What was in already, and looked at for what is odd about it, was the same before. */
function acceptedAs({ serverId, definition, state, pinned }: Doubted): AcceptedTool {
  const hash = toolHash(definition)
  const before = state === 'offered' ? hash : pinned
  return { serverId, tool: String(definition.name), hash, before }
}

function picked({ serverId, definition }: Doubted) {
  return { serverId, definition }
}

function countByServer(all: readonly Doubted[]): Omit<TrustCount, 'commands'> {
  const tools = new Map(all.map((one) => [keyOf(one), one.server]))
  const servers = [...Map.groupBy(tools.values(), ({ id }) => id)].map(([serverId, those]) => ({
    serverId,
    server: those[0]?.name ?? serverId,
    tools: those.length,
  }))
  return { tools: tools.size, servers }
}

function keyOf({ serverId, definition }: MemberTool): string {
  return `${serverId}\n${String(definition.name)}`
}

function changedAgain(what: string): AppError {
  return new AppError('conflict', `${what} changed again while you looked. Look at the newest.`)
}
