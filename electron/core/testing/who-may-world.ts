import { expect, vi } from 'vitest'
import type { AppRouter } from '../index.ts'
import { openTempAccounts, signIn, type TempPerson } from './temp-accounts.ts'
import type { TempCore } from './temp-core.ts'
import { openTempGrant, revoke, tokenStatus } from './temp-grant.ts'

/** Who asks: the owner of what is asked for, others with an account, the operator, and strangers. */
export const MANAGERS = ['owner', 'member', 'administrator', 'operator'] as const
/** `key` and `token` open the endpoint `default`, those of another endpoint the owner's private one. */
const STRANGERS = [
  ...(['nobody', 'key', 'keyOfAnotherEndpoint', 'revokedKey', 'expiredKey'] as const),
  ...(['token', 'tokenForAnotherEndpoint', 'expiredToken', 'revokedToken'] as const),
] as const

type Manager = (typeof MANAGERS)[number]
type Stranger = (typeof STRANGERS)[number]
export type Who = Manager | Stranger
/** Whoever asks over HTTP, those without an account first. */
export const EVERYONE: readonly Who[] = [...STRANGERS, ...MANAGERS]

/** The private things of one account, and credentials of all kinds. */
export type World = {
  core: TempCore
  owner: TempPerson
  /** Ids of what the owner keeps to itself. */
  server: string
  namespace: string
  endpoint: string
  /** What the endpoint's URL calls it. */
  address: string
  apiKey: string
  defaultNamespace: string
  /** A second browser of the owner, by the id of its session. */
  otherSession: string
  /** A client that the owner has let in. */
  clientId: string
  member: TempPerson
  headers: Record<Who, Record<string, string>>
  /** A name that nothing has yet. */
  newName(): string
  newServer(): Promise<string>
  newNamespace(): Promise<string>
  newEndpoint(): Promise<string>
  newKey(): Promise<string>
}

/** Where nothing listens. */
export const NOWHERE = 'http://127.0.0.1:9/mcp'

/** A core's clock that is right until it is stopped, also at a time to come. */
export function openClock() {
  let stopped: number | null = null
  return { now: () => stopped ?? Date.now(), stopAt: (time: number) => void (stopped = time) }
}

/** Over a core with accounts and this clock, whose endpoint `default` takes tokens. */
export async function openWorld(
  core: TempCore,
  { stopAt }: Pick<ReturnType<typeof openClock>, 'stopAt'>,
): Promise<World> {
  const { ada, ben, cara } = await openTempAccounts(core)
  const { accessToken: expiring } = await openTempGrant(core, ben, { name: 'A client of before' })
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
  const makeEndpoint = () =>
    endpoints.create.mutate({ name: newName(), namespaceId: namespace, auth: { oauth: true } })
  const newEndpoint = async () => (await makeEndpoint()).id
  const newKey = async () => (await apiKeys.create.mutate({ name: newName() })).apiKey.id
  const [shared] = await core.admin.namespaces.list.query()
  const before = (await ben.trpc.accounts.sessions.query()).map(({ id }) => id)
  await signIn(core, 'ben')
  const sessions = await ben.trpc.accounts.sessions.query()
  const endpoint = await makeEndpoint()
  const credentials = await credentialsIn(core, ben, endpoint)
  const { clientId, ...tokens } = await tokensIn(core, ben, endpoint)
  await expire(core, expiring, stopAt)
  return {
    ...{ core, owner: ben, member: cara, server, namespace, clientId },
    ...{ newName, newServer, newNamespace, newEndpoint, newKey },
    ...{ endpoint: endpoint.id, address: endpoint.address },
    apiKey: await newKey(),
    defaultNamespace: shared?.id ?? '',
    otherSession: sessions.find(({ id }) => !before.includes(id))?.id ?? '',
    headers: {
      owner: ben.headers,
      member: cara.headers,
      administrator: ada.headers,
      operator: bearer(core.adminToken.token),
      ...credentials,
      ...tokens,
      expiredToken: bearer(expiring),
    },
  }
}

type Place = { id: string; address: string }

async function credentialsIn(core: TempCore, owner: TempPerson, { id }: Place) {
  const { admin } = core
  const own = await owner.trpc.apiKeys.create.mutate({ name: 'one endpoint', endpoints: [id] })
  const revoked = await admin.apiKeys.create.mutate({ name: 'revoked' })
  await admin.apiKeys.delete.mutate({ id: revoked.apiKey.id })
  const soon = new Date(Date.now() + 500).toISOString()
  const expired = await admin.apiKeys.create.mutate({ name: 'expired', expiresAt: soon })
  const headers = bearer(expired.key)
  const askOnce = async () =>
    (await ask(core, { path: 'accounts.me', input: undefined, headers })).code
  await vi.waitFor(async () => expect(await askOnce()).toBe('UNAUTHORIZED'), { timeout: 5_000 })
  return {
    nobody: {},
    key: bearer(core.key),
    keyOfAnotherEndpoint: bearer(own.key),
    revokedKey: bearer(revoked.key),
    expiredKey: bearer(expired.key),
  }
}

async function tokensIn(core: TempCore, owner: TempPerson, { address }: Place) {
  const gone = await openTempGrant(core, owner, { name: 'Another client' })
  await revoke(core, gone.clientId, gone.refreshToken)
  const { clientId, accessToken } = await openTempGrant(core, owner)
  const other = await openTempGrant(core, owner, { endpoint: core.mcpUrl(address).href })
  return {
    clientId,
    token: bearer(accessToken),
    tokenForAnotherEndpoint: bearer(other.accessToken),
    revokedToken: bearer(gone.accessToken),
  }
}

/** Stops the clock when this token is out of date, and those that were made after it are not yet. */
async function expire(core: TempCore, token: string, stopAt: (time: number) => void) {
  expect(await tokenStatus(core.mcpUrl(), token)).toBe(200)
  const [, body = ''] = token.split('.')
  const { exp } = JSON.parse(Buffer.from(body, 'base64url').toString()) as { exp: number }
  stopAt(exp * 1000)
  expect(await tokenStatus(core.mcpUrl(), token)).toBe(401)
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
