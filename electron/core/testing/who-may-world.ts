import { expect, vi } from 'vitest'
import type { AppRouter } from '../index.ts'
import { openTempAccounts, signIn, type TempPerson } from './temp-accounts.ts'
import type { TempCore } from './temp-core.ts'
import { openTempGrant, revoke } from './temp-grant.ts'

/** Who asks: the owner of what is asked for, others with an account, the operator, and strangers. */
export const MANAGERS = ['owner', 'member', 'administrator', 'operator'] as const
const STRANGERS = [
  ...(['nobody', 'key', 'keyOfAnotherEndpoint', 'revokedKey', 'expiredKey'] as const),
  ...(['tokenForAnEndpoint', 'revokedToken'] as const),
] as const

type Manager = (typeof MANAGERS)[number]
type Stranger = (typeof STRANGERS)[number]

/** The private things of one account, and credentials of all kinds. */
export type World = {
  core: TempCore
  owner: TempPerson
  /** Ids of what the owner keeps to itself. */
  server: string
  namespace: string
  endpoint: string
  apiKey: string
  defaultNamespace: string
  /** A second browser of the owner, by the id of its session. */
  otherSession: string
  /** A client that the owner has let in. */
  clientId: string
  member: TempPerson
  headers: Record<Manager | Stranger, Record<string, string>>
  /** A name that nothing has yet. */
  newName(): string
  newServer(): Promise<string>
  newNamespace(): Promise<string>
  newEndpoint(): Promise<string>
  newKey(): Promise<string>
}

/** Where nothing listens. */
export const NOWHERE = 'http://127.0.0.1:9/mcp'

/** Over a core with accounts whose endpoint `default` takes tokens. */
export async function openWorld(core: TempCore): Promise<World> {
  const { ada, ben, cara } = await openTempAccounts(core)
  let count = 0
  const newName = () => `thing-${++count}`
  const { servers, namespaces, endpoints, apiKeys } = ben.trpc
  const newServer = async () => {
    const made = { name: newName(), type: 'STREAMABLE_HTTP', url: NOWHERE } as const
    return (await servers.create.mutate(made)).id
  }
  const server = await newServer()
  const newNamespace = async () =>
    (await namespaces.create.mutate({ name: newName(), servers: [{ serverId: server }] })).id
  const namespace = await newNamespace()
  const newEndpoint = async () =>
    (await endpoints.create.mutate({ name: newName(), namespaceId: namespace })).id
  const newKey = async () => (await apiKeys.create.mutate({ name: newName() })).apiKey.id
  const [shared] = await core.admin.namespaces.list.query()
  const before = (await ben.trpc.accounts.sessions.query()).map(({ id }) => id)
  await signIn(core, 'ben')
  const sessions = await ben.trpc.accounts.sessions.query()
  const grant = await openTempGrant(core, ben)
  return {
    ...{ core, owner: ben, member: cara, server, namespace, clientId: grant.clientId },
    ...{ newName, newServer, newNamespace, newEndpoint, newKey },
    endpoint: await newEndpoint(),
    apiKey: await newKey(),
    defaultNamespace: shared?.id ?? '',
    otherSession: sessions.find(({ id }) => !before.includes(id))?.id ?? '',
    headers: {
      owner: ben.headers,
      member: cara.headers,
      administrator: ada.headers,
      operator: bearer(core.adminToken.token),
      ...(await credentialsIn(core, ben, grant.accessToken)),
    },
  }
}

async function credentialsIn(core: TempCore, owner: TempPerson, token: string) {
  const { admin } = core
  const made = await owner.trpc.endpoints.list.query()
  const own = await owner.trpc.apiKeys.create.mutate({
    name: 'one endpoint',
    endpoints: made.slice(0, 1).map(({ id }) => id),
  })
  const revoked = await admin.apiKeys.create.mutate({ name: 'revoked' })
  await admin.apiKeys.delete.mutate({ id: revoked.apiKey.id })
  const soon = new Date(Date.now() + 500).toISOString()
  const expired = await admin.apiKeys.create.mutate({ name: 'expired', expiresAt: soon })
  const headers = bearer(expired.key)
  const askOnce = async () =>
    (await ask(core, { path: 'accounts.me', input: undefined, headers })).code
  await vi.waitFor(async () => expect(await askOnce()).toBe('UNAUTHORIZED'), { timeout: 5_000 })
  const gone = await openTempGrant(core, owner, { name: 'Another client' })
  await revoke(core, gone.clientId, gone.refreshToken)
  return {
    nobody: {},
    key: bearer(core.key),
    keyOfAnotherEndpoint: bearer(own.key),
    revokedKey: bearer(revoked.key),
    expiredKey: bearer(expired.key),
    tokenForAnEndpoint: bearer(token),
    revokedToken: bearer(gone.accessToken),
  }
}

function bearer(credential: string): Record<string, string> {
  return { authorization: `Bearer ${credential}` }
}

type Procedure = { _def: { type: 'query' | 'mutation' | 'subscription' } }

/** All procedures of the management API, by their paths, with their kinds. */
export function proceduresOf(router: AppRouter): Map<string, Procedure['_def']['type']> {
  const procedures = router._def.procedures as unknown as Record<string, Procedure>
  return new Map(Object.entries(procedures).map(([path, { _def }]) => [path, _def.type]))
}

export type Asked = { path: string; input: unknown; headers: Record<string, string> }

/** Calls over HTTP; resolves with `OK` or the code of the error, and what was said. */
export async function ask(core: TempCore, { path, input, headers }: Asked) {
  const type = proceduresOf(core.router).get(path)
  const url = new URL(`${core.url}/trpc/frontend/${path}`)
  const isFile = input instanceof Uint8Array
  if (type !== 'mutation' && input !== undefined) {
    url.searchParams.set('input', JSON.stringify(input))
  }
  const over = new AbortController()
  const content = isFile ? 'application/octet-stream' : 'application/json'
  const response = await fetch(url, {
    method: type === 'mutation' ? 'POST' : 'GET',
    signal: over.signal,
    headers: {
      ...headers,
      ...(type === 'mutation' && { 'content-type': content }),
      ...(type === 'subscription' && { accept: 'text/event-stream' }),
    },
    ...(type === 'mutation' && { body: bodyOf(input) }),
  })
  if (type === 'subscription' && response.ok) {
    const first = await firstEvent(core, response)
    over.abort()
    return first
  }
  const text = await response.text()
  const { error } = JSON.parse(text) as { error?: Failure }
  return { code: error?.data.code ?? 'OK', text }
}

type Failure = { data: { code: string } }

/** What a stream says after its greeting: there is always some news. */
async function firstEvent(core: TempCore, { body }: Response) {
  const reader = body?.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  for (;;) {
    core.changes.publish({ kind: 'preferences' })
    const events = text.split('\n\n').slice(0, -1)
    const failed = events.find((event) => event.includes('event: serialized-error'))
    const data = /^data: (.*)$/m.exec(failed ?? '')?.[1]
    if (data !== undefined) return { code: (JSON.parse(data) as Failure).data.code, text }
    if (events.some((event) => !/event: (connected|ping)/.test(event))) return { code: 'OK', text }
    const part = await reader?.read()
    if (!part || part.done) throw new Error(`a stream ended with nothing but: ${text}`)
    text += part.value
  }
}

function bodyOf(input: unknown): BodyInit | null {
  if (input instanceof Uint8Array) return new Uint8Array(input)
  return input === undefined ? null : JSON.stringify(input)
}
