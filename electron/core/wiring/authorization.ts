import { accessOf } from '../access.ts'
import { openAuthorization, type Authorization } from '../authorization/authorization.ts'
import type { AuthorizationTimes, GrantNote } from '../authorization/authorization.ts'
import { metadataUrl } from '../authorization/metadata.ts'
import type { AuthorizationDesk } from '../authorization/router.ts'
import { SCOPE } from '../authorization/scope.ts'
import type { AccountRole } from '../../../shared/account.ts'
import type { Endpoint as Definition } from '../../../shared/endpoint.ts'
import { THIS_COMPUTER, type Auditing, type AuditNote } from '../auditing.ts'
import { callerKey } from '../caller.ts'
import type { Changes } from '../changes.ts'
import type { CoreConfig } from '../config.ts'
import type { Database } from '../db/open.ts'
import type { Endpoint } from '../gateway/endpoint.ts'
import type { Gateway } from '../gateway/gateway.ts'
import type { Stores } from './stores.ts'
import { addressOf, mcpUrl } from './views.ts'

export type AuthorizationParts = {
  config: Pick<CoreConfig, 'auth' | 'log'>
  stores: Stores
  db: Database
  changes: Changes
  auditing: Auditing
  /** Where clients reach us, without a slash at its end. */
  url: string
  gateway: Gateway
  accountOf: (id: string) => Person | undefined
  times?: AuthorizationTimes
}

type Person = { id: string; name: string; role: AccountRole }

/** Whose a token is at an endpoint, as one of `judge`'s answers. */
type TokenVerdict = { caller: string } | 'unknown' | 'scope' | 'missing'

/** OAuth for our own endpoints, with all that it needs of the rest. */
export interface EndpointAuthorization {
  judge(token: string, endpoint: Endpoint): TokenVerdict
  /** What a client without a good token is told: where to get one. */
  challenge(endpoint: Endpoint, face: 'mcp' | 'sse'): Challenge | null
  wellKnown(path: string): object | null
  /** Endpoints, or what accounts may see of them, have changed: what is live follows. */
  follow(): Promise<void>
  /** After another process has stored other grants and endpoints. */
  reload(): Promise<void>
  desk: AuthorizationDesk
  extension: {
    plugins: Authorization['plugins']
    pluginPaths: readonly RegExp[]
  }
}

type Challenge = { metadata: string; scope: string }

const CLIENT = 'client:'

/** `null` where there are no accounts that could let anybody in. */
export async function openEndpointAuthorization(
  parts: AuthorizationParts,
): Promise<EndpointAuthorization | null> {
  const { config, stores, db, changes, url, gateway, accountOf, times } = parts
  if (config.auth !== 'accounts') return null
  const places = openPlaces(parts)
  const { identifierOf, definitionAt, sees } = places

  const authorization = await openAuthorization({
    ...{ db, changes, url, log: config.log },
    ...(times && { times }),
    onlyResource: places.onlyResource,
    note: (given) => parts.auditing.note(auditNoteOf(given, accountOf)),
    maySee(accountId, resource) {
      const definition = definitionAt(resource)
      return definition !== undefined && sees(accountId, definition)
    },
    onEnd({ accountId, clientId }) {
      const ended = callerKey({ kind: 'client', accountId, clientId, name: '' })
      gateway.endWhere(({ caller }) => caller === ended)
    },
  })
  const { grants } = authorization

  /** Ends what clients have open where their account sees nothing any more, or OAuth is off. */
  async function follow(): Promise<void> {
    await authorization.setResources(places.resources())
    gateway.endWhere(({ caller, endpoint }) => {
      if (!caller.startsWith(CLIENT)) return false
      const [accountId = ''] = caller.slice(CLIENT.length).split(':')
      const definition = stores.endpoints.get(endpoint.id)
      return !definition?.auth.oauth || !sees(accountId, definition)
    })
  }

  await follow()
  // A token of an account that is gone opens nothing; what is open already hears of it here.
  changes.subscribe(({ kind }) => {
    if (kind === 'account') grants.keepAccounts((id) => accountOf(id) !== undefined)
  })
  return {
    judge: judgeFrom(parts, places, authorization),
    challenge({ id, auth }, face) {
      const definition = stores.endpoints.get(id)
      const resource = definition && auth.oauth ? identifierOf(definition) : null
      return resource ? { metadata: metadataUrl(resource, face), scope: SCOPE } : null
    },
    wellKnown: (path) => authorization.wellKnown(path),
    follow,
    reload: () => authorization.reload(),
    desk: deskOf(parts, places, authorization),
    extension: {
      plugins: () => authorization.plugins(),
      pluginPaths: [/^\/oauth2\/(authorize|consent|token|revoke|register)$/, /^\/jwks$/],
    },
  }
}

/** In whose name, and by whom: of what is kept to itself by an account, others read nothing. */
function auditNoteOf(
  { what, accountId, client }: GrantNote,
  accountOf: AuthorizationParts['accountOf'],
): AuditNote {
  const person = { kind: 'account' as const, id: accountId, name: accountOf(accountId)?.name ?? '' }
  const target = { kind: 'client', ...client, ownerId: accountId }
  if (what === 'allowed') return { actor: person, action: 'consent', target, outcome: 'done' }
  if (what === 'declined') return { actor: person, action: 'consent', target, outcome: 'refused' }
  const isStolen = what === 'stolen'
  return {
    actor: isStolen ? THIS_COMPUTER : person,
    ...{ action: 'authorization.revoke', target, outcome: 'done' },
    detail: isStolen ? { reason: 'used twice', account: person.name } : { by: 'client' },
  }
}

function judgeFrom(
  { stores, accountOf }: AuthorizationParts,
  { identifierOf, sees }: Places,
  authorization: Authorization,
) {
  return (token: string, { id }: Endpoint): TokenVerdict => {
    const definition = stores.endpoints.get(id)
    const resource = definition && identifierOf(definition)
    const bearer = resource ? authorization.bearer(token, resource) : null
    if (!definition || !bearer) return 'unknown'
    const { grant, hasScope } = bearer
    if (!accountOf(grant.accountId)) return 'unknown'
    if (!sees(grant.accountId, definition)) return 'missing'
    if (!hasScope) return 'scope'
    authorization.grants.used(grant)
    return { caller: callerKey({ kind: 'client', ...grant, name: grant.clientName }) }
  }
}

/** What a person asks about clients that were let in, or want to be. */
function deskOf(
  { stores, gateway }: AuthorizationParts,
  { definitionAt, sees }: Places,
  { grants, isSigned, client }: Authorization,
): AuthorizationDesk {
  return {
    ...{ isSigned, client, grantsOf: grants.of, revoke: grants.revoke },
    nameOf: (resource) => definitionAt(resource)?.name ?? null,
    async endpoint(accountId, resource) {
      const definition = definitionAt(resource)
      if (!definition || !sees(accountId, definition)) return null
      const address = addressOf(stores, definition)
      const live = address === null ? undefined : gateway.endpoint(address)
      return { name: definition.name, toolCount: (await live?.toolCount()) ?? 0 }
    },
  }
}

type Places = ReturnType<typeof openPlaces>

/** Endpoints by their addresses, and who sees them. */
function openPlaces({ stores, url, accountOf }: AuthorizationParts) {
  const identifierOf = (definition: Definition): string | null => {
    const address = addressOf(stores, definition)
    return address === null ? null : mcpUrl(url, address)
  }
  const resources = () =>
    stores.endpoints.list().flatMap((definition) => {
      const identifier = identifierOf(definition)
      if (!definition.auth.oauth || identifier === null) return []
      return { id: definition.id, identifier, name: definition.name }
    })
  return {
    identifierOf,
    resources,
    definitionAt: (resource: string) =>
      stores.endpoints.list().find((definition) => identifierOf(definition) === resource),
    /** Addresses of accounts' endpoints are nobody else's business: only the instance's are told. */
    onlyResource(): string | null {
      const known = stores.endpoints.list().filter(({ auth, ownerId }) => auth.oauth && !ownerId)
      const [only] = known
      return only && known.length === 1 ? identifierOf(only) : null
    },
    sees(accountId: string, definition: Definition): boolean {
      const person = accountOf(accountId)
      return person !== undefined && accessOf({ kind: 'account', ...person }).sees(definition)
    },
  }
}
