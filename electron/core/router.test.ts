import { getTRPCErrorShape, TRPCError } from '@trpc/server'
import { expect, test } from 'vitest'
import type { RemovalKind } from '../../shared/removal.ts'
import { apiKeyRouter } from './auth/api-key-router.ts'
import { endpointRouter } from './endpoints/router.ts'
import { AppError } from './errors.ts'
import { describeOffer } from './gateway/describe-offer.ts'
import { openOffers } from './namespaces/offers.ts'
import { namespaceRouter } from './namespaces/router.ts'
import { managementProcedure, router, type RpcContext } from './rpc.ts'
import { openServerRules } from './server-rules.ts'
import { serverRouter } from './servers/router.ts'
import { openTempStores, someServer, type TempStores } from './testing/temp-stores.ts'

const SECRETS = ['env', 'header', 'token', 'new', 'client'].map((name) => `top-secret-${name}`)

function routerOver(stores: TempStores, invalidated: string[] = []) {
  const invalidate = (id: string) => {
    invalidated.push(id)
    return Promise.resolve()
  }
  const remove = (kind: RemovalKind) => (ids: string[]) => stores.removals.take(kind, ids)
  return router({
    servers: serverRouter({
      renamed: () => Promise.resolve(),
      store: stores.servers,
      catalogs: stores.catalogs,
      tokensOf: () => 1,
      status: () => ({ ...STOPPED, ...NEVER_STARTED }),
      starts: { again: () => Promise.resolve(true), ifNeeded: () => Promise.resolve(true) },
      stderr: () => '',
      usedBy: () => [],
      rules: openServerRules({ isAdmin: () => false, membersRunPrograms: () => false }),
      isLeftBehind: () => false,
      invalidate,
      remove: remove('servers'),
    }),
    namespaces: namespaceRouter({
      store: stores.namespaces,
      server: (id) => stores.servers.get(id),
      offers: () => offersOf(stores),
      middlewareKinds: stores.middlewares.kinds,
      invalidate,
      remove: remove('namespaces'),
    }),
    endpoints: endpointRouter({
      store: stores.endpoints,
      namespace: (id) => stores.namespaces.get(id),
      addressOf: ({ name }) => name,
      cost: () => Promise.resolve(null),
      invalidate,
      remove: remove('endpoints'),
    }),
    apiKeys: apiKeyRouter({ store: stores.apiKeys, invalidate, remove: remove('apiKeys') }),
  })
}

const STOPPED = { state: 'stopped', error: null, signIn: null } as const
const NEVER_STARTED = { problem: null, startedAt: null, startMs: null, retryAt: null }

function offersOf(stores: TempStores) {
  return openOffers({
    namespaces: stores.namespaces,
    servers: () => stores.servers.list(),
    server: (id) => stores.servers.get(id),
    catalog: (id) => stores.catalogs.get(id).catalog,
    status: () => ({ state: 'stopped', error: null, signIn: null, lastError: null }),
    endpoints: () => stores.endpoints.list(),
    rounds: () => 0,
    keysFor: () => [],
    isPaused: () => false,
    describe: (view, catalogOf) => describeOffer(view, catalogOf, () => 1),
  })
}

type Api = ReturnType<typeof routerOver>

const callAs = (api: Api, caller: RpcContext['caller'] = { kind: 'local' }) =>
  api.createCaller({ caller })

/** What a client would get for an error. */
function shapeOf(api: { _def: Pick<Api['_def'], '_config'> }, error: unknown) {
  if (!(error instanceof TRPCError)) throw error
  const { _def } = api
  return getTRPCErrorShape({
    config: _def._config,
    error,
    type: 'query',
    path: 'some.path',
    input: undefined,
    ctx: undefined,
  })
}

async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => expect.unreachable('it was accepted'),
    (error: unknown) => error,
  )
}

test('servers are listed, changed and deleted, and what is live follows', async () => {
  await using stores = await openTempStores()
  const invalidated: string[] = []
  const { servers } = callAs(routerOver(stores, invalidated))
  const made = await servers.create({ ...someServer('one'), env: { KEY: 'x' } })
  const { id } = made
  expect(made).toEqual({
    ...{ id, ownerId: null, shared: true },
    name: 'one',
    description: '',
    type: 'STDIO',
    enabled: true,
    start: 'lazy',
    idleMs: 600_000,
    startTimeoutMs: 60_000,
    isolation: 'auto',
    idleConnections: 1,
    maxConnections: 20,
    command: 'run-me',
    args: [],
    cwd: null,
    envNames: ['KEY'],
    approved: false,
    state: 'stopped',
    error: null,
    signIn: null,
    toolCount: null,
    tokenCount: null,
    lastSeenAt: null,
    ...NEVER_STARTED,
    ownConnections: false,
  })
  const tools = [{ name: 'echo' }]
  const lists = { prompts: [], resources: [], resourceTemplates: [] }
  await stores.catalogs.save(id, { hello: {}, tools, ...lists })
  const seen = { toolCount: 1, tokenCount: 3, lastSeenAt: expect.any(Number) }
  expect(await servers.list()).toEqual([{ ...made, ...seen }])
  await servers.update({ id, patch: { description: 'new', env: { KEY: null, MORE: 'y' } } })
  await servers.setEnabled({ id, enabled: false })
  expect(await servers.get({ id })).toEqual({
    ...made,
    description: 'new',
    enabled: false,
    envNames: ['KEY', 'MORE'],
    ...seen,
  })
  await servers.delete({ id })
  expect(await servers.list()).toEqual([])
  expect(invalidated).toEqual([id, id, id])
  expect(stores.catalogs.get(id).catalog).toBeNull()
})

test('namespaces, endpoints and keys are listed, changed and deleted', async () => {
  await using stores = await openTempStores()
  const invalidated: string[] = []
  const api = callAs(routerOver(stores, invalidated))
  const server = await api.servers.create(someServer('one'))
  const servers = [{ serverId: server.id, enabled: true }]
  const { id } = await api.namespaces.create({ name: 'work', servers })
  await api.namespaces.update({ id, patch: { description: 'new' } })
  await api.namespaces.setEnabled({ id, enabled: false })
  await api.namespaces.setTool({ id, patch: { serverId: server.id, tool: 'echo', name: 'say' } })
  const namespace = await api.namespaces.get({ id })
  expect(namespace).toMatchObject({ description: 'new', enabled: false, servers })
  expect(namespace.tools).toMatchObject([{ tool: 'echo', name: 'say' }])
  expect(await api.namespaces.list()).toEqual([namespace])

  const endpoint = await api.endpoints.create({ name: 'work', namespaceId: id })
  await api.endpoints.update({ id: endpoint.id, patch: { prefix: false } })
  await api.endpoints.setEnabled({ id: endpoint.id, enabled: false })
  expect(await api.endpoints.list()).toEqual([{ ...endpoint, prefix: false, enabled: false }])
  expect(await api.endpoints.get({ id: endpoint.id })).toMatchObject({ prefix: false })

  const { apiKey, key } = await api.apiKeys.create({ name: 'ci', endpoints: [endpoint.id] })
  expect(stores.apiKeys.verify(key)).toMatchObject({ endpoints: [endpoint.id] })
  await api.apiKeys.update({ id: apiKey.id, patch: { name: 'ci-2' } })
  await api.apiKeys.setEnabled({ id: apiKey.id, enabled: false })
  expect(await api.apiKeys.list()).toEqual([{ ...apiKey, name: 'ci-2', enabled: false }])
  expect(await api.apiKeys.get({ id: apiKey.id })).toMatchObject({ name: 'ci-2' })

  await api.apiKeys.delete({ id: apiKey.id })
  await api.endpoints.delete({ id: endpoint.id })
  await api.namespaces.delete({ id })
  const rest = [stores.apiKeys, stores.endpoints, stores.namespaces].map((store) => store.list())
  expect(rest).toEqual([[], [], []])
  expect(invalidated.filter((one) => one === apiKey.id)).toHaveLength(2)
  expect(invalidated.filter((one) => one === endpoint.id)).toHaveLength(3)
  expect(invalidated.filter((one) => one === id)).toHaveLength(4)
})

test('no answer and no error holds a secret', async () => {
  await using stores = await openTempStores()
  const api = routerOver(stores)
  const { servers, apiKeys } = callAs(api)
  const [env = '', header = '', token = '', fresh = '', clientSecret = ''] = SECRETS
  const oauth = { clientId: 'c', clientSecret }
  const remote = { type: 'SSE', url: 'https://example.com', headers: { A: header } } as const
  const answers: unknown[] = []
  const keep = async (promise: Promise<unknown>) =>
    answers.push(await promise.catch((error: unknown) => [String(error), shapeOf(api, error)]))

  await keep(servers.create({ ...someServer('one'), env: { KEY: env } }))
  await keep(servers.create({ name: 'two', ...remote, bearerToken: token, oauth }))
  for (const { id } of stores.servers.list()) {
    await keep(servers.get({ id }))
    await keep(servers.update({ id, patch: { description: 'new' } }))
    await keep(servers.update({ id, patch: { env: { KEY: null, MORE: fresh } } }))
    await keep(servers.update({ id, patch: { headers: { A: null, MORE: fresh } } }))
    await keep(servers.update({ id, patch: { headers: { A: `${fresh}\n` } } }))
    await keep(servers.update({ id, patch: { bearerToken: `${fresh}\n` } }))
    await keep(servers.update({ id, patch: { oauth: { ...oauth, scope: ' ' } } }))
    await keep(servers.update({ id, patch: { type: 'STDIO', env: { KEY: null } } }))
    await keep(servers.setEnabled({ id, enabled: false }))
  }
  await keep(servers.create({ ...someServer('one'), env: { KEY: env } }))
  await keep(servers.list())
  const { key } = await apiKeys.create({ name: 'ci' })
  await keep(apiKeys.list())
  await keep(apiKeys.get({ id: stores.apiKeys.list()[0]?.id ?? '' }))

  const text = JSON.stringify(answers)
  expect(text).toContain('is not an HTTP header value')
  expect(text).toContain('exists already')
  for (const secret of [...SECRETS, key, 'sealed', 'v1.']) expect(text).not.toContain(secret)
})

const A_KEY = { kind: 'api-key', id: '1', name: 'ci', ownerId: null } as const

test.each([
  [{ kind: 'anonymous' }, 'UNAUTHORIZED'],
  [A_KEY, 'FORBIDDEN'],
  [{ kind: 'admin' }, null],
  [{ kind: 'local' }, null],
] as const)('a caller that is %j: %s', async (caller, code) => {
  await using stores = await openTempStores()
  const api = callAs(routerOver(stores), caller)
  const outcome = await api.servers.create(someServer('one')).then(
    () => null,
    (error: unknown) => (error instanceof TRPCError ? error.code : error),
  )
  expect(outcome).toBe(code)
  expect(stores.servers.list()).toHaveLength(code === null ? 1 : 0)
})

test('errors are sentences with a code, and with the fields they belong to', async () => {
  await using stores = await openTempStores()
  const api = routerOver(stores)
  const { servers } = callAs(api)
  await servers.create(someServer('one'))
  const shape = async (promise: Promise<unknown>) => {
    const { message, data } = shapeOf(api, await rejection(promise))
    return { message, code: data.code, httpStatus: data.httpStatus, issues: data.issues }
  }
  expect(await shape(servers.get({ id: 'nowhere' }))).toEqual({
    message: 'There is no server with the id "nowhere".',
    code: 'NOT_FOUND',
    httpStatus: 404,
  })
  expect(await shape(servers.create(someServer('one')))).toEqual({
    message: 'A server named "one" exists already.',
    code: 'CONFLICT',
    httpStatus: 409,
  })
  const { id = '' } = stores.servers.byName('one') ?? {}
  const missing = { message: 'has no stored value that could be kept', path: ['env', 'NO'] }
  expect(await shape(servers.update({ id, patch: { env: { NO: null } } }))).toEqual({
    message: 'env.NO: has no stored value that could be kept',
    code: 'BAD_REQUEST',
    httpStatus: 400,
    issues: [missing],
  })
  const unknown = { ...someServer('two__parts'), comand: 'x' }
  expect(await shape(servers.create(unknown))).toMatchObject({
    message: expect.stringMatching(/^name: must be .*; comand: is not a known field$/) as string,
    code: 'BAD_REQUEST',
    issues: [{ path: ['name'] }, { path: ['comand'], message: 'is not a known field' }],
  })
})

test('an unforeseen error tells nothing of its insides', async () => {
  const query = managementProcedure.query((): string => {
    throw new Error('select from "servers": params: top-secret-env')
  })
  const refused = managementProcedure.query((): string => {
    throw new AppError('unavailable', 'The database is closed.')
  })
  const api = router({ query, refused })
  const caller = api.createCaller({ caller: { kind: 'local' } })
  const shape = shapeOf(api, await rejection(caller.query()))
  expect(shape.message).toBe('Something went wrong; the log says what.')
  expect(JSON.stringify(shape)).not.toMatch(/secret|stack|at /)
  await expect(caller.refused()).rejects.toMatchObject({
    code: 'SERVICE_UNAVAILABLE',
    message: 'The database is closed.',
  })
})
