import { accountRouter, type AccountRouterOptions } from './accounts/router.ts'
import { activityRouter, type ActivityRouterOptions } from './activity/router.ts'
import { approvalRouter, type ApprovalRouterOptions } from './approvals/router.ts'
import { callsRouter, type CallsRouterOptions } from './calls/router.ts'
import { apiKeyRouter, type ApiKeyRouterOptions } from './auth/api-key-router.ts'
import { addingRouter, type AddingRouterOptions } from './adding/router.ts'
import { authorizationRouter, type AuthorizationDesk } from './authorization/router.ts'
import { auditRouter, type AuditRouterOptions } from './audit/router.ts'
import { aiClientRouter, type AiClientRouterOptions } from './clients/router.ts'
import { dataRouter, type DataRouterOptions } from './data/router.ts'
import { doctorRouter, type DoctorRouterOptions } from './doctor/router.ts'
import { endpointRouter, type EndpointRouterOptions } from './endpoints/router.ts'
import { hostRouter, type HostRouterOptions } from './host/router.ts'
import { inspectorRouter, type InspectorRouterOptions } from './inspector/router.ts'
import { logRouter, type LogRouterOptions } from './logs/router.ts'
import { namespaceRouter, type NamespaceRouterOptions } from './namespaces/router.ts'
import { oauthRouter, type OAuthRouterOptions } from './oauth/router.ts'
import { removalRouter, type RemovalRouterOptions } from './removals/router.ts'
import { router } from './rpc.ts'
import { serverRouter, type ServerRouterOptions } from './servers/router.ts'
import { settingsRouter, type SettingsRouterOptions } from './settings/router.ts'
import { trustRouter, type TrustRouterOptions } from './trust/router.ts'
import { statusRouter, type StatusRouterOptions } from './status/router.ts'

export type AppRouterOptions = {
  status: StatusRouterOptions
  servers: ServerRouterOptions
  namespaces: NamespaceRouterOptions
  endpoints: EndpointRouterOptions
  apiKeys: ApiKeyRouterOptions
  adding: AddingRouterOptions
  oauth: OAuthRouterOptions
  logs: LogRouterOptions
  activity: ActivityRouterOptions
  calls: CallsRouterOptions
  host: HostRouterOptions
  clients: AiClientRouterOptions
  inspector: InspectorRouterOptions
  removals: RemovalRouterOptions
  settings: SettingsRouterOptions
  data: DataRouterOptions
  doctor: DoctorRouterOptions
  approvals: ApprovalRouterOptions
  audit: AuditRouterOptions
  trust: TrustRouterOptions
  accounts: AccountRouterOptions
  /** `null` where there are no accounts. */
  authorization: AuthorizationDesk | null
}

/** The management API, the same over HTTP and inside the desktop app. */
export function appRouter(options: AppRouterOptions) {
  return router({
    status: statusRouter(options.status),
    servers: serverRouter(options.servers),
    namespaces: namespaceRouter(options.namespaces),
    endpoints: endpointRouter(options.endpoints),
    apiKeys: apiKeyRouter(options.apiKeys),
    adding: addingRouter(options.adding),
    oauth: oauthRouter(options.oauth),
    logs: logRouter(options.logs),
    activity: activityRouter(options.activity),
    calls: callsRouter(options.calls),
    host: hostRouter(options.host),
    clients: aiClientRouter(options.clients),
    inspector: inspectorRouter(options.inspector),
    removals: removalRouter(options.removals),
    settings: settingsRouter(options.settings),
    data: dataRouter(options.data),
    doctor: doctorRouter(options.doctor),
    approvals: approvalRouter(options.approvals),
    audit: auditRouter(options.audit),
    trust: trustRouter(options.trust),
    accounts: accountRouter(options.accounts),
    authorization: authorizationRouter(options.authorization),
  })
}

export type AppRouter = ReturnType<typeof appRouter>
