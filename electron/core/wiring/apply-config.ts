import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import type { ConfigFile, ConfigNamespace, ConfigServer } from '../../../shared/config-file.ts'
import { decodeText } from '../../../shared/decode-text.ts'
import { isOwnModule, NO_OWN_MODULES, type MiddlewareEntry } from '../../../shared/middleware.ts'
import type { ItemRulePatch, ToolRulePatch } from '../../../shared/namespace.ts'
import { serverDefinition, type ServerDefinition } from '../../../shared/server.ts'
import { applyEach, type Applied } from '../apply-each.ts'
import type { ApiKeyStore } from '../auth/api-key-store.ts'
import type { CoreConfig } from '../config.ts'
import { CONFIG_INTRO, parseConfigFile } from '../config-file.ts'
import { splitToolKey, unknownNames } from '../config-names.ts'
import type { Database, Tx } from '../db/open.ts'
import { DEFAULT_NAME, withDefaultNamespace } from '../default-namespace.ts'
import type { EndpointStore } from '../endpoints/store.ts'
import { AppError, messageOf } from '../errors.ts'
import type { NamespaceStore } from '../namespaces/store.ts'
import { InvalidInput, parseInput } from '../problems.ts'
import type { ServerStore } from '../servers/store.ts'

type DefinitionStores = {
  servers: ServerStore
  namespaces: NamespaceStore
  endpoints: EndpointStore
  apiKeys: ApiKeyStore
}

export type ApplyConfigOptions = {
  file: ConfigFile
  stores: DefinitionStores
  db: Database
  /**
   * What paths of middlewares that people wrote themselves begin at; `null` where the file may name
   * none: whoever can change a namespace must not thereby run a program.
   */
  modulesIn: string | null
  /** Whether who gave the file stands for the commands in it; else those that are new wait. */
  approve: boolean
}

export type ApplyConfigFileOptions = {
  config: Pick<CoreConfig, 'configFile' | 'env'>
  stores: DefinitionStores
  db: Database
}

type Definition = { id: string; name: string; ownerId: string | null }
type Work = Pick<ApplyConfigOptions, 'file' | 'stores' | 'modulesIn' | 'approve'> & { tx: Tx }

/** Applies the config file that the start names, if it names one. */
export async function applyConfigFile(options: ApplyConfigFileOptions): Promise<Applied[]> {
  const { config, stores, db } = options
  const { configFile, env } = config
  if (configFile === null) return []
  const text = await readText(configFile)
  return applyConfigText({ text, folder: dirname(resolve(configFile)), env, stores, db })
}

export type ApplyConfigTextOptions = Omit<ApplyConfigFileOptions, 'config'> & {
  text: string
  /** Where paths in it begin. */
  folder: string
  env: CoreConfig['env']
}

/** The same for the text of one, from somebody who could start the program with it. */
export async function applyConfigText(options: ApplyConfigTextOptions): Promise<Applied[]> {
  const { text, folder, env, stores, db } = options
  const file = withDefaultNamespace(parseConfigFile(text, env), namesIn(stores))
  return applyConfig({ file, stores, db, modulesIn: folder, approve: true })
}

/** What `withDefaultNamespace` asks of the stores. */
export function namesIn({ servers, namespaces }: DefinitionStores) {
  const members = namespaces.byName(DEFAULT_NAME)?.servers ?? []
  return {
    isServer: (name: string) => servers.byName(name) !== undefined,
    members: members.flatMap(({ serverId }) => servers.get(serverId)?.name ?? []),
  }
}

async function readText(path: string): Promise<string> {
  try {
    return decodeText(await readFile(path))
  } catch (cause) {
    const text = `The config file "${path}" cannot be read: ${messageOf(cause)}.`
    throw new AppError('invalid', text, { cause })
  }
}

/**
 * Creates or changes what the file names, matched by name, in one transaction; what it does not name
 * stays as it is. Throws InvalidInput with every name that nobody knows; then nothing is applied.
 */
export async function applyConfig(options: ApplyConfigOptions): Promise<Applied[]> {
  const { stores, db } = options
  const applied = await db.write(async (tx) => {
    const work = { ...options, tx }
    await refuseUnknownNames(work)
    // In this order, since each names those before it.
    return [
      ...(await applyServers(work)),
      ...(await applyNamespaces(work)),
      ...(await applyEndpoints(work)),
      ...(await applyApiKeys(work)),
    ]
  })
  await stores.servers.reload()
  await stores.namespaces.reload()
  await stores.endpoints.reload()
  await stores.apiKeys.reload()
  return applied
}

async function refuseUnknownNames({ tx, file, stores }: Work): Promise<void> {
  const servers = ours(await stores.servers.listIn(tx))
  const nameOf = new Map(servers.map(({ id, name }) => [id, name]))
  const namespaces = ours(await stores.namespaces.listIn(tx)).map((namespace) => {
    const members = namespace.servers.flatMap(({ serverId }) => nameOf.get(serverId) ?? [])
    return [namespace.name, members] as const
  })
  const endpoints = ours(await stores.endpoints.listIn(tx))
  const problems = unknownNames(file, {
    servers: new Set(nameOf.values()),
    namespaces: new Map(namespaces),
    endpoints: new Set(endpoints.map(({ name }) => name)),
  })
  if (problems.length > 0) throw new InvalidInput(problems, CONFIG_INTRO)
}

async function applyServers({ tx, file, stores, approve }: Work): Promise<Applied[]> {
  const { servers } = stores
  const stored = byName(await servers.listIn(tx))
  return applyEach('server', file.mcpServers, async (name, entry) => {
    const before = stored.get(name)
    const named = { ...entry, name, type: typeOf(entry, before?.type) }
    // Who names a part of it alone does not stand for the rest.
    const isSeen = approve && (entry.command !== undefined || before?.approved === true)
    const after = before
      ? await servers.updateIn(tx, before.id, { ...named, approve: isSeen })
      : await servers.createIn(tx, { ...parseInput(serverDefinition, named), approve: isSeen })
    return { before, after }
  })
}

async function applyNamespaces({ tx, file, stores, modulesIn }: Work): Promise<Applied[]> {
  const { namespaces } = stores
  const stored = byName(await namespaces.listIn(tx))
  const idOf = ids(await stores.servers.listIn(tx))
  return applyEach('namespace', file.namespaces, async (name, entry) => {
    const { servers, tools: _, prompts: __, resources: ___, middleware, ...rest } = entry
    const members = servers?.map(({ name: server, ...member }) => ({
      ...member,
      serverId: idOf(server),
    }))
    const before = stored.get(name)
    const placed = middleware?.map((one, at) => withPath(one, { modulesIn, at }))
    const input = { ...rest, name, servers: members, middleware: placed }
    let after = before
      ? await namespaces.updateIn(tx, before.id, input)
      : await namespaces.createIn(tx, { ...input, servers: members?.map(whole) })
    const rules = toolPatches(entry, idOf)
    if (rules.length > 0) after = await namespaces.setToolsIn(tx, after.id, rules)
    const items = itemPatches(entry, idOf)
    if (items.length > 0) after = await namespaces.setItemsIn(tx, after.id, items)
    return { before, after }
  })
}

/** A member of a namespace that is new: what is not said is as it is by default. */
function whole<T extends object>(member: T) {
  return Object.fromEntries(
    Object.entries(member).filter(([, value]) => value !== undefined),
  ) as T & { serverId: string }
}

function withPath(
  entry: MiddlewareEntry,
  { modulesIn, at }: { modulesIn: string | null; at: number },
): MiddlewareEntry {
  if (!isOwnModule(entry.use)) return entry
  if (modulesIn !== null) return { ...entry, use: resolve(modulesIn, entry.use) }
  throw new InvalidInput([{ path: ['middleware', at, 'use'], message: NO_OWN_MODULES }])
}

type IdOf = (name: string) => string

function toolPatches({ tools = {} }: ConfigNamespace, idOf: IdOf): ToolRulePatch[] {
  return Object.entries(tools).map(([key, rule]) => {
    const { server = '', tool = '' } = splitToolKey(key) ?? {}
    return { ...rule, serverId: idOf(server), tool }
  })
}

function itemPatches({ prompts = {}, resources = [] }: ConfigNamespace, idOf: IdOf) {
  return [
    ...Object.entries(prompts).map(([key, rule]): ItemRulePatch => {
      const { server = '', tool: item = '' } = splitToolKey(key) ?? {}
      return { ...rule, serverId: idOf(server), kind: 'prompt', item }
    }),
    ...resources.map(({ server, uri, template, ...rule }): ItemRulePatch => {
      const kind = uri === undefined ? 'template' : 'resource'
      return { ...rule, serverId: idOf(server), kind, item: uri ?? template ?? '' }
    }),
  ]
}

async function applyEndpoints({ tx, file, stores }: Work): Promise<Applied[]> {
  const { endpoints } = stores
  const stored = byName(await endpoints.listIn(tx))
  const idOf = ids(await stores.namespaces.listIn(tx))
  const serverId = ids(await stores.servers.listIn(tx))
  return applyEach('endpoint', file.endpoints, async (name, entry) => {
    const { namespace, discovery, ...rest } = entry
    const pinned = discovery?.pinned?.map((key) => {
      const { server = '', tool = '' } = splitToolKey(key) ?? {}
      return { serverId: serverId(server), tool }
    })
    const found = discovery && { discovery: { ...discovery, pinned } }
    const before = stored.get(name)
    const namespaceId = namespace === undefined ? before?.namespaceId : idOf(namespace)
    const after = before
      ? await endpoints.updateIn(tx, before.id, { ...rest, ...found, namespaceId })
      : await endpoints.createIn(tx, {
          ...{ ...rest, ...found, name },
          namespaceId: namespaceId ?? '',
          auth: rest.auth && { apiKey: true, oauth: false, queryParam: false, ...rest.auth },
        })
    return { before, after }
  })
}

async function applyApiKeys({ tx, file, stores }: Work): Promise<Applied[]> {
  const { apiKeys } = stores
  const stored = byName(await apiKeys.listIn(tx))
  const idOf = ids(await stores.endpoints.listIn(tx))
  return applyEach('api-key', file.apiKeys, async (name, { endpoints, ...rest }) => {
    const scope = endpoints === 'all' ? endpoints : endpoints?.map(idOf)
    const after = await apiKeys.putIn(tx, { ...rest, name, endpoints: scope })
    return { before: stored.get(name), after }
  })
}

function typeOf(
  { type, command }: ConfigServer,
  stored: ServerDefinition['type'] | undefined,
): ServerDefinition['type'] {
  if (type === 'stdio' || (!type && command !== undefined)) return 'STDIO'
  if (type === 'sse' || (!type && stored === 'SSE')) return 'SSE'
  // Also for a bare `url`: the connection falls back to SSE by itself.
  return 'STREAMABLE_HTTP'
}

/** A config file speaks of the instance's things, not of those of its accounts. */
function ours<D extends Definition>(definitions: D[]): D[] {
  return definitions.filter(({ ownerId }) => ownerId === null)
}

function byName<D extends Definition>(definitions: D[]): Map<string, D> {
  return new Map(ours(definitions).map((definition) => [definition.name, definition]))
}

/** Names were checked before: one that has no id here is a bug of ours. */
function ids(definitions: Definition[]): (name: string) => string {
  const idByName = new Map(ours(definitions).map(({ id, name }) => [name, id]))
  return (name) => {
    const id = idByName.get(name)
    if (id === undefined) throw new Error(`the name "${name}" has no id`)
    return id
  }
}
