import type { IncomingMessage, ServerResponse } from 'node:http'
import type { BetterAuthPlugin } from 'better-auth'
import type { SessionView } from '../../../shared/account.ts'
import { actorOf, type Auditing } from '../auditing.ts'
import type { Changes } from '../changes.ts'
import type { Database } from '../db/open.ts'
import { messageOf } from '../errors.ts'
import type { Logger } from '../log.ts'
import type { AccountDatabase } from './account-database.ts'
import type { AccountSettings, OpenProvider } from './account-settings.ts'
import { sendWebResponse, toWebRequest } from './bridge.ts'
import { openBrowsers, type Browsers } from './browsers.ts'
import type { Account, Directory } from './directory.ts'
import type { Engine, startEngine as StartEngine } from './engine.ts'
import { openDoorNotes, openResetNotes } from './door-notes.ts'
import { beginAtProvider } from './provider-sign-in.ts'
import { openRuledLimits } from '../rate-limit.ts'
import { openSessions, type Sessions } from './sessions.ts'
import { openSignUpPolicy } from './sign-up.ts'

export type AccountsOptions = {
  db: Database
  directory: Directory
  settings: AccountSettings
  changes: Changes
  log: Logger
  /** For the audit log. */
  note: Auditing['note']
  /** Where browsers reach us, without a slash at its end, and origins of our own pages. */
  url: string
  origins: readonly string[]
  /** Other machines reach us, or a proxy does for them. */
  isReachable: boolean
  isBehindProxy: boolean
  /** Whether a request comes with the admin token, in a header or as the window's cookie. */
  isOperator: (request: IncomingMessage) => boolean
  /** What other features add to the engine; asked for anew each time it is made. */
  plugins: () => Promise<BetterAuthPlugin[]>
  /** Paths below `/api/auth` that those plugins answer. */
  pluginPaths: readonly RegExp[]
}

/** People who sign in: their accounts, sessions, and the door. */
export interface Accounts extends AsyncDisposable, Browsers {
  readonly directory: Directory
  readonly settings: AccountSettings
  readonly sessions: Sessions
  readonly database: AccountDatabase
  /** better-auth as it is now; a change of providers makes it anew. */
  engine(): Engine
  /** What GET `/session` says. */
  view(request: IncomingMessage, isOperator: boolean): SessionView
  /** Answers `/api/auth/*`, and what its plugins have elsewhere. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>
  /** Asks the providers of the settings again who they are. */
  renew(): Promise<void>
  /** After another process has stored other accounts, settings or sessions. */
  reload(): Promise<void>
}

/** What of better-auth's we let in; it has more that we do otherwise, or not at all. */
const PATHS = [
  /^\/sign-in\/(email|oauth2)$/,
  /^\/sign-up\/email$/,
  /^\/sign-out$/,
  /^\/reset-password$/,
  /^\/callback\/[a-z0-9-]+$/,
]

export async function openAccounts(options: AccountsOptions): Promise<Accounts> {
  // Heavy: only who has accounts waits for it.
  const [{ startEngine, AUTH_PATH }, { openAccountDatabase }] = await Promise.all([
    import('./engine.ts'),
    import('./account-database.ts'),
  ])
  const { db, directory, settings, changes, url, log, note } = options
  const onError = (error: unknown) => log.error({ error: messageOf(error) }, 'accounts')
  const sessions = await openSessions({ db, onError })
  const database = openAccountDatabase({
    db,
    onChanged: (model) => followChange(model, { directory, sessions, options }),
  })
  const running = await runEngine({ ...options, startEngine, database })
  const browsers = openBrowsers({
    ...{ directory, sessions, isSecure: url.startsWith('https:') },
    onSignOut(caller) {
      changes.publish({ kind: 'account' })
      const actor = actorOf(caller)
      if (actor) note({ actor, action: 'sign-out', outcome: 'done' })
    },
  })
  const notes = openDoorNotes({ note, directory, browsers })
  const paths = [...PATHS, ...options.pluginPaths]
  const isOpen = (path: string) => {
    if (!path.startsWith(`${AUTH_PATH}/`)) return true
    return paths.some((pattern) => pattern.test(path.slice(AUTH_PATH.length)))
  }

  return {
    ...{ directory, settings, sessions, database, ...browsers },
    engine: running.engine,
    renew: running.renew,
    async reload() {
      await sessions.reload()
      if (await settings.reload()) await running.renew()
      changes.publish({ kind: 'account' })
    },
    view(request, isOperator) {
      const found = browsers.signedIn(request)
      return viewOf(options, found ? found.caller.id : null, isOperator)
    },
    async handle(request, response) {
      const [path = '/'] = (request.url ?? '/').split('?', 1)
      if (!isOpen(path)) return answer(response, 404, 'There is nothing at this address')
      const given = await toWebRequest(request, options)
      if (!(given instanceof Request)) return answer(response, given.status, given.message)
      const isProvider = path === `${AUTH_PATH}/sign-in/oauth2`
      const sent = isProvider ? await beginAtProvider(given, running.reach) : given
      const noteAnswer = await notes.watch(path.slice(AUTH_PATH.length), request, sent)
      const said = await running.engine().handle(sent)
      noteAnswer(said)
      await sendWebResponse(response, said)
    },
    [Symbol.asyncDispose]: () => sessions.close(),
  }
}

type Mirrors = { directory: Directory; sessions: Sessions; options: AccountsOptions }

async function followChange(
  model: 'user' | 'session',
  { directory, sessions, options: { changes } }: Mirrors,
): Promise<void> {
  await (model === 'user' ? directory : sessions).reload()
  changes.publish({ kind: 'account' })
}

/** How long a provider that did not answer is left in peace, in ms. */
const PEACE_MS = 30_000

type RunningOptions = AccountsOptions & {
  startEngine: typeof StartEngine
  database: AccountDatabase
}

/** The engine as it is, and anew with the providers that answer. */
async function runEngine(options: RunningOptions) {
  const { settings, database, startEngine, url, origins, log, isReachable } = options
  const policy = openSignUpPolicy({ settings, isReachable })
  const rateLimit = openRuledLimits()
  const { secret } = settings
  const onReset = openResetNotes(options)
  const start = async (providers: OpenProvider[]) =>
    startEngine({
      ...{ database, url, origins, secret, policy, providers, rateLimit, onReset, log },
      plugins: await options.plugins(),
    })

  let engine = await start([])
  let renewedAt = 0
  async function renew(): Promise<void> {
    renewedAt = Date.now()
    engine = await start(settings.openProviders())
  }
  /** Asks a provider again that did not answer when it was asked first. */
  async function reach(id: string): Promise<void> {
    const isOurs = settings.providers().some((provider) => provider.id === id)
    if (!isOurs || engine.providerIds.includes(id)) return
    if (Date.now() - renewedAt > PEACE_MS) await renew()
  }
  const onError = (error: unknown) => log.error({ error: messageOf(error) }, 'no providers')
  // They are asked who they are, which may take its time or fail: nobody waits for that.
  if (settings.providers().length > 0) void renew().catch(onError)
  return { engine: (): Engine => engine, renew, reach }
}

function viewOf(
  { directory, settings, isReachable }: AccountsOptions,
  accountId: string | null,
  isOperator: boolean,
): SessionView {
  const firstAccount = directory.list().length === 0
  const account = accountId === null ? undefined : directory.get(accountId)
  const caller = account
    ? { kind: 'account' as const, ...shown(account) }
    : isOperator
      ? { kind: 'operator' as const }
      : null
  return {
    ...{ mode: 'accounts', caller, firstAccount, signUp: settings.signUp },
    firstAccountNeedsToken: firstAccount && isReachable && caller === null,
    providers: settings.providers().map(({ id, name }) => ({ id, name })),
  }
}

function shown({ id, name, email, role }: Account) {
  return { id, name, email, role }
}

function answer(response: ServerResponse, status: number, message: string): void {
  const body = JSON.stringify({ message })
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
  const allow = status === 405 ? { allow: 'GET, POST' } : {}
  response.writeHead(status, { ...headers, ...allow, connection: 'close' }).end(body)
}
