import type { Tx } from '../db/open.ts'
import * as schema from '../db/schema.ts'

const at = '2026-01-02T03:04:05.678Z'

/** At least one row in each table of definitions, with values that are easily lost on the way. */
export async function insertDefinitions(tx: Tx, count = 20): Promise<void> {
  const numbers = Array.from({ length: count }, (_, index) => index)
  await insertAccount(tx)
  await tx.insert(schema.servers).values(numbers.map(serverRow))
  await tx.insert(schema.signIns).values({ serverId: 's1', sealed: 'sealed' })
  await tx
    .insert(schema.namespaces)
    .values(['one', 'two'].map((name) => ({ id: name, name, description: '', enabled: true })))
  await tx.insert(schema.namespaceServers).values(
    numbers.map((position) => ({
      namespaceId: 'one',
      serverId: `s${position}`,
      position,
      enabled: position % 2 === 0,
    })),
  )
  await tx.insert(schema.namespaceTools).values({
    namespaceId: 'one',
    serverId: 's1',
    tool: 'say',
    enabled: false,
    name: 'speak',
    annotations: { readOnlyHint: true, note: 'ünï\n"code"' },
  })
  await tx.insert(schema.namespaceItems).values({
    ...{ namespaceId: 'one', serverId: 's1', kind: 'prompt', item: 'greet', enabled: true },
    name: 'hello',
  })
  await tx
    .insert(schema.namespacePins)
    .values({ namespaceId: 'one', serverId: 's1', tool: 'say', hash: 'b'.repeat(64) })
  await tx.insert(schema.endpoints).values({
    id: 'e',
    name: 'default',
    description: '',
    enabled: true,
    namespaceId: 'one',
    prefix: true,
    auth: { apiKey: true, oauth: false, queryParam: false },
  })
  await tx.insert(schema.apiKeys).values({
    id: 'k',
    name: 'ci',
    hash: 'a'.repeat(64),
    hint: 'sk_mt_…aaaa',
    enabled: true,
    allEndpoints: false,
  })
  await tx.insert(schema.apiKeyEndpoints).values({ apiKeyId: 'k', endpointId: 'e' })
  await tx.insert(schema.settings).values({ key: 'big', value: { n: [1e21, null, ''] } })
}

/** An account with a password, somebody it has invited, and a client that it has let in. */
async function insertAccount(tx: Tx): Promise<void> {
  const createdAt = new Date(at)
  const made = { createdAt, updatedAt: createdAt }
  await tx
    .insert(schema.users)
    .values({ id: 'u', name: 'Ada', email: 'ada@example.com', handle: 'h1', ...made })
  await tx
    .insert(schema.userCredentials)
    .values({ id: 'p', accountId: 'u', providerId: 'credential', userId: 'u', ...made })
  await tx.insert(schema.invitations).values({
    ...{ id: 'i', email: 'ben@example.com', role: 'member', tokenHash: 'b'.repeat(64) },
    ...{ invitedBy: 'u', createdAt, expiresAt: createdAt },
  })
  const redirectUris = ['http://127.0.0.1/a', 'cursor://b,"c"']
  await tx.insert(schema.oauthClients).values({ id: 'c', clientId: 'c', redirectUris })
  await tx.insert(schema.oauthResources).values({ id: 'r', identifier: 'http://x/mcp', name: 'x' })
  await tx
    .insert(schema.oauthClientResources)
    .values({ id: 'cr', clientId: 'c', resourceId: 'http://x/mcp' })
  await tx.insert(schema.oauthConsents).values({ id: 'g', clientId: 'c', userId: 'u', scopes: [] })
}

/** What can be learnt again: a catalog, its tools and some calls. */
export async function insertLearnt(tx: Tx, calls = 200): Promise<void> {
  const nothing = { prompts: [], resources: [], resourceTemplates: [] }
  await tx.insert(schema.serverCatalogs).values({ serverId: 's1', triedAt: at, ...nothing })
  await tx.insert(schema.tools).values(
    Array.from({ length: 40 }, (_, position) => ({
      serverId: 's1',
      name: `tool${position}`,
      position,
      definition: { inputSchema: { type: 'object' }, description: 'x'.repeat(300) },
      hash: 'b'.repeat(64),
    })),
  )
  await tx.insert(schema.callLog).values(Array.from({ length: calls }, callRow))
}

export function callRow() {
  const names = { endpoint: 'default', caller: 'local', method: 'tools/call', name: 'tool1' }
  return { at, ...names, durationMs: 3, outcome: 'ok' }
}

function serverRow(index: number): typeof schema.servers.$inferInsert {
  return {
    id: `s${index}`,
    name: `server-${index}`,
    type: 'STDIO',
    description: index === 0 ? 'y'.repeat(20_000) : '',
    enabled: true,
    start: 'lazy',
    idleMs: 600_000,
    startTimeoutMs: 60_000,
    command: 'node',
    args: ['--flag', `${index}`],
    secrets: 'sealed',
  }
}
