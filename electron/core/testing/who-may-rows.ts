import { NOWHERE, type World } from './who-may-world.ts'

type Outcome = 'OK' | 'BAD_REQUEST' | 'CONFLICT' | 'FORBIDDEN' | 'NOT_FOUND' | 'SERVICE_UNAVAILABLE'

/** What the owner, another member, an administrator and the operator are answered. */
type Outcomes = readonly [Outcome, Outcome, Outcome, Outcome]
/** The input, where there is one, speaks of what the owner keeps to itself. */
export type Row = { outcomes: Outcomes; input?: (world: World) => unknown }

const EVERYBODY: Outcomes = ['OK', 'OK', 'OK', 'OK']
const NOBODY: Outcomes = ['NOT_FOUND', 'NOT_FOUND', 'NOT_FOUND', 'NOT_FOUND']
const OWNER: Outcomes = ['OK', 'NOT_FOUND', 'NOT_FOUND', 'OK']
const ONESELF: Outcomes = ['OK', 'NOT_FOUND', 'NOT_FOUND', 'NOT_FOUND']
const ACCOUNTS: Outcomes = ['OK', 'OK', 'OK', 'FORBIDDEN']
/** What an administrator, and what the operator is answered. */
const admins = (one: Outcome = 'OK', other = one): Outcomes => [
  'FORBIDDEN',
  'FORBIDDEN',
  one,
  other,
]

const forAll = (input?: Row['input']): Row => ({ outcomes: EVERYBODY, ...(input && { input }) })
const forOwner = (input: Row['input']): Row => ({ outcomes: OWNER, ...(input && { input }) })
const forAdmins = (input?: Row['input'], ...given: Outcome[]): Row => ({
  outcomes: admins(...(given as [Outcome?, Outcome?])),
  ...(input && { input }),
})

const server = ({ server: id }: World) => ({ id })
const namespace = ({ namespace: id }: World) => ({ id })
const endpoint = ({ endpoint: id }: World) => ({ id })
const apiKey = ({ apiKey: id }: World) => ({ id })
const target = ({ endpoint: id }: World) => ({ target: { kind: 'endpoint' as const, id } })
const remote = ({ newName }: World) => ({ name: newName(), type: 'STREAMABLE_HTTP', url: NOWHERE })
const rule = ({ server: serverId }: World) => ({ serverId, tool: 'echo', enabled: true })
const description = { description: 'changed' }

const doubted = ({ namespace: namespaceId, server: serverId }: World) => {
  return { namespaceId, tools: [{ serverId, tool: 'echo' }] }
}

async function newRemoval({ owner, newKey }: World) {
  const { removalId } = await owner.trpc.apiKeys.delete.mutate({ id: await newKey() })
  return { id: removalId }
}

async function newRun(world: World) {
  const params = JSON.stringify({ name: 'echo' })
  const run = { ...target(world), method: 'tools/call', params } as const
  return world.owner.trpc.inspector.start.mutate(run)
}

async function newFound({ owner, newName }: World) {
  const { token } = await owner.trpc.adding.read.mutate({ text: 'https://example.com/mcp' })
  return { token, choices: [{ key: '0', name: newName() }], namespaceId: null }
}

/** Every procedure of the management API. One that has no row fails the test. */
export const ROWS: Record<string, Row> = {
  'status.overview': forAll(),
  'status.changes': forAll(),
  'servers.list': forAll(),
  'servers.get': forOwner(server),
  'servers.create': forAll(remote),
  'servers.update': forOwner((world) => ({ ...server(world), patch: description })),
  'servers.delete': forOwner(async ({ newServer }) => ({ id: await newServer() })),
  'servers.deleteMany': forOwner(async ({ newServer }) => ({ ids: [await newServer()] })),
  'servers.setEnabled': forOwner((world) => ({ ...server(world), enabled: true })),
  'servers.setEnabledMany': forOwner(({ server: id }) => ({ ids: [id], enabled: true })),
  'servers.restart': forOwner(server),
  'servers.waitLonger': forOwner((world) => ({ ...server(world), ms: 1_000 })),
  'servers.test': forOwner(server),
  'servers.catalog': forOwner(server),
  'servers.stderr': forOwner(server),
  'servers.usedBy': forOwner(server),
  'namespaces.summaries': forAll(),
  'namespaces.offer': forOwner(namespace),
  'namespaces.why': forOwner(({ namespace: namespaceId, server: serverId }) => {
    return { namespaceId, serverId, tool: 'echo' }
  }),
  'namespaces.findTools': forAll(() => ({ text: 'echo' })),
  'namespaces.list': forAll(),
  'namespaces.get': forOwner(namespace),
  'namespaces.create': forAll(({ newName }) => ({ name: newName() })),
  'namespaces.update': forOwner((world) => ({ ...namespace(world), patch: description })),
  'namespaces.delete': forOwner(async ({ newNamespace }) => ({ id: await newNamespace() })),
  'namespaces.setEnabled': forOwner((world) => ({ ...namespace(world), enabled: true })),
  'namespaces.setTool': forOwner((world) => ({ ...namespace(world), patch: rule(world) })),
  'namespaces.setTools': forOwner((world) => ({ ...namespace(world), patches: [rule(world)] })),
  'namespaces.setItems': forOwner((world) => ({
    ...namespace(world),
    patches: [{ serverId: rule(world).serverId, kind: 'prompt', item: 'greet', title: 'Greet' }],
  })),
  'namespaces.pickTools': forOwner((world) => {
    return { ...namespace(world), tools: [{ serverId: rule(world).serverId, tool: 'echo' }] }
  }),
  'namespaces.middlewareKinds': forAll(),
  'endpoints.list': forAll(),
  'endpoints.get': forOwner(endpoint),
  'endpoints.costs': forAll(),
  'endpoints.create': forAll(({ newName, defaultNamespace: namespaceId }) => {
    return { name: newName(), namespaceId }
  }),
  'endpoints.update': forOwner((world) => ({ ...endpoint(world), patch: description })),
  'endpoints.delete': forOwner(async ({ newEndpoint }) => ({ id: await newEndpoint() })),
  'endpoints.setEnabled': forOwner((world) => ({ ...endpoint(world), enabled: true })),
  'apiKeys.list': forAll(),
  'apiKeys.get': forOwner(apiKey),
  'apiKeys.create': forAll(({ newName }) => ({ name: newName() })),
  'apiKeys.update': forOwner(({ apiKey: id, newName }) => ({ id, patch: { name: newName() } })),
  'apiKeys.delete': forOwner(async ({ newKey }) => ({ id: await newKey() })),
  'apiKeys.setEnabled': forOwner((world) => ({ ...apiKey(world), enabled: true })),
  'adding.read': forAll(() => ({ text: 'https://example.com/mcp' })),
  'adding.readBundle': forAdmins(() => Buffer.from('no bundle'), 'BAD_REQUEST'),
  'adding.readRegistry': { outcomes: NOBODY, input: () => ({ id: 'example/none' }) },
  'adding.search': forAll(() => ({ text: 'echo' })),
  'adding.freshen': forAll(),
  'adding.create': forAll((world) => ({ server: remote(world), namespaceId: null })),
  'adding.add': { outcomes: ONESELF, input: newFound },
  'oauth.signIn': {
    outcomes: ['SERVICE_UNAVAILABLE', 'NOT_FOUND', 'NOT_FOUND', 'SERVICE_UNAVAILABLE'],
    input: ({ server: serverId }) => ({ serverId }),
  },
  'oauth.signOut': forOwner(({ server: serverId }) => ({ serverId })),
  'logs.list': forAll(() => ({})),
  'logs.tail': forAll(() => ({})),
  'activity.overview': forAll(() => ({ minutes: 5 })),
  'activity.clients': forAll(),
  'activity.latest': forAll(() => ({ limit: 5 })),
  'activity.keys': forAll(),
  'trust.list': forAll(),
  'trust.count': forAll(),
  'trust.accept': forOwner(({ namespace: namespaceId, server: serverId }) => {
    return { namespaceId, tools: [{ serverId, tool: 'echo', hash: 'none' }] }
  }),
  'trust.unaccept': forOwner(({ namespace: namespaceId, server: serverId }) => {
    return { namespaceId, tools: [{ serverId, tool: 'echo', hash: 'none', before: null }] }
  }),
  'trust.refuse': forOwner(doubted),
  'trust.restore': forOwner(doubted),
  'trust.approveCommand': forOwner(({ server: serverId }) => ({ serverId, hash: 'none' })),
  'calls.list': forAll(() => ({ limit: 5 })),
  'calls.get': { outcomes: NOBODY, input: () => ({ id: 0 }) },
  'calls.stats': forAll(() => ({ by: 'tool' })),
  'calls.pace': forAll(() => ({ since: 0, until: 1_000, buckets: 1 })),
  'calls.choices': forAll(),
  'calls.health': forAll(),
  'calls.clear': forAdmins(),
  'approvals.list': forAll(),
  'approvals.get': { outcomes: NOBODY, input: () => ({ id: 'none' }) },
  'approvals.decide': { outcomes: NOBODY, input: () => ({ id: 'none', answer: 'once' }) },
  'doctor.servers': forAll(),
  'doctor.check': forOwner(({ server: serverId }) => ({ serverId })),
  'doctor.instance': forAdmins(),
  'host.abilities': forAll(),
  'host.openDataFolder': forAdmins(undefined, 'SERVICE_UNAVAILABLE'),
  'host.reveal': forAdmins(() => ({ path: '/' }), 'SERVICE_UNAVAILABLE'),
  'host.chooseFile': forAdmins(() => ({ kind: 'folder', title: 'a' }), 'SERVICE_UNAVAILABLE'),
  'host.notify': forAdmins(() => ({ title: 'a', body: 'b' }), 'SERVICE_UNAVAILABLE'),
  'host.restart': forAdmins(undefined, 'SERVICE_UNAVAILABLE'),
  'host.quit': forAdmins(undefined, 'SERVICE_UNAVAILABLE'),
  'host.checkForUpdates': forAdmins(undefined, 'SERVICE_UNAVAILABLE'),
  'host.installUpdate': forAdmins(undefined, 'SERVICE_UNAVAILABLE'),
  'clients.list': forAdmins(),
  'clients.preview': forAdmins(forCursor, 'NOT_FOUND', 'BAD_REQUEST'),
  'clients.connect': forAdmins(
    (world) => ({ ...forCursor(world), fingerprint: '' }),
    ...(['NOT_FOUND', 'BAD_REQUEST'] as const),
  ),
  'clients.disconnect': forAdmins(() => ({ clientId: 'cursor' }), 'BAD_REQUEST'),
  'clients.undo': forAdmins(() => ({ connectionId: 'none' }), 'NOT_FOUND'),
  'clients.difference': forAdmins(() => ({ connectionId: 'none' }), 'NOT_FOUND'),
  'clients.rewriteAddresses': forAdmins(),
  'clients.snippet': forAdmins(forCursor, 'NOT_FOUND', 'OK'),
  'clients.link': forAdmins(forCursor, 'NOT_FOUND', 'OK'),
  'clients.findServers': forAdmins(),
  'clients.importServers': forAdmins(
    ({ namespace: namespaceId }) => ({ ids: ['none'], namespaceId }),
    ...(['NOT_FOUND', 'BAD_REQUEST'] as const),
  ),
  'inspector.list': forOwner(target),
  'inspector.start': forOwner((world) => {
    return { ...target(world), method: 'tools/call', params: '{"name":"echo"}' }
  }),
  'inspector.events': { outcomes: ONESELF, input: newRun },
  'inspector.answer': {
    outcomes: NOBODY,
    input: async (world) => ({
      ...(await newRun(world)),
      ...{ questionId: 'none', answer: { kind: 'cancel' } },
    }),
  },
  // Of somebody else's run nothing is said, not even that it is there.
  'inspector.cancel': forAll(newRun),
  // It has no prompts, but that is said to those who may ask.
  'inspector.complete': {
    outcomes: ['SERVICE_UNAVAILABLE', 'NOT_FOUND', 'NOT_FOUND', 'SERVICE_UNAVAILABLE'],
    input: (world) => ({
      ...target(world),
      ref: { type: 'ref/prompt', name: 'echo' },
      argument: { name: 'a', value: 'b' },
    }),
  },
  'removals.list': forAll(),
  'removals.restore': forOwner(newRemoval),
  'settings.get': forAll(),
  'settings.set': forAdmins(() => ({ theme: 'dark' })),
  'settings.setPaused': forAdmins(() => ({ paused: false })),
  'data.info': forAdmins(),
  'data.export': forAdmins(),
  'data.checkImport': forAdmins(() => ({ text: '{}' })),
  'data.import': forAdmins(() => ({ text: '{}' })),
  'data.backups': forAdmins(),
  'data.backup': forAdmins(),
  'data.restore': forAdmins(() => ({ name: null })),
  'data.diagnostics': forAdmins(),
  'audit.list': forAdmins(() => ({ limit: 1 })),
  'accounts.me': forAll(),
  'accounts.list': forAdmins(),
  'accounts.setRole': forAdmins(({ member: { id } }) => ({ id, role: 'member' })),
  'accounts.remove': forAdmins(() => ({ id: 'none' }), 'NOT_FOUND'),
  'accounts.makeResetLink': forAdmins(({ member: { id } }) => ({ id })),
  'accounts.invitations': forAdmins(),
  'accounts.invite': forAdmins(() => ({ email: 'a@example.com', role: 'member' }), 'CONFLICT'),
  'accounts.withdraw': forAdmins(() => ({ id: 'none' }), 'NOT_FOUND'),
  'accounts.setSignUp': forAdmins(() => ({ mode: 'closed' })),
  'accounts.providers': forAdmins(),
  'accounts.putProvider': forAdmins(
    () => ({ id: 'idp', name: 'idp', issuer: NOWHERE, clientId: 'c', clientSecret: 's' }),
    'SERVICE_UNAVAILABLE',
  ),
  'accounts.removeProvider': forAdmins(() => ({ id: 'none' }), 'NOT_FOUND'),
  'accounts.sessions': { outcomes: ACCOUNTS },
  'accounts.revokeSession': {
    outcomes: ['OK', 'NOT_FOUND', 'NOT_FOUND', 'FORBIDDEN'],
    input: ({ otherSession: id }) => ({ id }),
  },
  'accounts.revokeOtherSessions': { outcomes: ACCOUNTS },
  'accounts.rename': { outcomes: ACCOUNTS, input: () => ({ name: 'Somebody' }) },
  'accounts.changePassword': {
    outcomes: ['BAD_REQUEST', 'BAD_REQUEST', 'BAD_REQUEST', 'FORBIDDEN'],
    input: () => ({ current: 'not the password', next: 'another long password' }),
  },
  'authorization.grants': forAll(),
  'authorization.revoke': { outcomes: ONESELF, input: ({ clientId }) => ({ clientId }) },
  'authorization.pending': { outcomes: NOBODY, input: () => ({ query: 'client_id=none' }) },
}

function forCursor({ endpoint: endpointId }: World) {
  return { clientId: 'cursor', endpointId }
}
