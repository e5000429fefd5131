import { z } from 'zod'
import type { GrantView, PendingConsent } from '../../../shared/authorization.ts'
import { AppError } from '../errors.ts'
import { managementProcedure, router } from '../rpc.ts'
import { hostOf, isLocalRedirect } from './clients.ts'
import type { Grant } from './grants.ts'
import { SCOPE } from './scope.ts'

/** What the procedures need of the authorization server; there is one where there are accounts. */
export type AuthorizationDesk = {
  grantsOf: (accountId: string) => Grant[]
  /** `false`: there is no such grant. */
  revoke: (accountId: string, clientId: string) => Promise<boolean>
  isSigned: (query: string) => Promise<boolean>
  client: (clientId: string) => Promise<{ name: string } | null>
  /** The name of the endpoint at an address; `null` where there is none. */
  nameOf: (resource: string) => string | null
  /** The same for the page of a consent, as this account sees it. */
  endpoint: (accountId: string, resource: string) => Promise<PendingConsent['endpoint']>
}

/** Clients that a person lets in: their own affair, whichever role they have. */
export function authorizationRouter(desk: AuthorizationDesk | null) {
  return router({
    grants: managementProcedure.query(({ ctx }): GrantView[] => {
      const { accountId } = ctx.access
      if (!desk || accountId === null) return []
      return desk.grantsOf(accountId).map((grant) => grantView(desk, grant))
    }),

    revoke: managementProcedure
      .input(z.strictObject({ clientId: z.string() }))
      .mutation(async ({ ctx, input: { clientId } }) => {
        const { accountId } = ctx.access
        const grants = desk && accountId !== null ? desk.grantsOf(accountId) : []
        const grant = grants.find((one) => one.clientId === clientId)
        if (grant) {
          const { clientName: name } = grant
          ctx.about({ kind: 'client', id: clientId, name, ownerId: accountId })
        }
        if (desk && accountId !== null && (await desk.revoke(accountId, clientId))) return
        throw new AppError('not-found', 'You have let in no such client.')
      }),

    /** What the page of a consent shows, by the query that it was opened with. */
    pending: managementProcedure
      .input(z.strictObject({ query: z.string().max(16_384) }))
      .query(async ({ ctx, input }): Promise<PendingConsent> => {
        const { accountId } = ctx.access
        const query = input.query.replace(/^\?/, '')
        if (!desk || accountId === null || !(await desk.isSigned(query))) throw staleLink()
        const params = new URLSearchParams(query)
        const clientId = params.get('client_id') ?? ''
        const client = await desk.client(clientId)
        const redirect = params.get('redirect_uri') ?? ''
        if (!client || !URL.canParse(redirect)) throw staleLink()
        return {
          clientName: client.name,
          clientId,
          redirectHost: hostOf(redirect),
          isLocalRedirect: isLocalRedirect(redirect),
          endpoint: await desk.endpoint(accountId, params.get('resource') ?? ''),
          scopes: [SCOPE],
        }
      }),
  })
}

function grantView(desk: AuthorizationDesk, grant: Grant): GrantView {
  const { clientId, clientName, redirectUris, resources, grantedAt, lastUsedAt } = grant
  return {
    clientId,
    name: clientName,
    redirectHosts: [...new Set(redirectUris.map(hostOf))],
    endpoints: resources.flatMap((resource) => desk.nameOf(resource) ?? []),
    grantedAt: grantedAt.toISOString(),
    lastUsedAt: lastUsedAt?.toISOString() ?? null,
  }
}

function staleLink(): AppError {
  return new AppError('not-found', 'This link is not valid any more. Start again in the client.')
}
