import type { IncomingMessage } from 'node:http'
import { openAccountSettings } from '../accounts/account-settings.ts'
import { openAccounts, type Accounts, type AccountsOptions } from '../accounts/accounts.ts'
import { openInvitations } from '../accounts/invitations.ts'
import { openPeople } from '../accounts/people.ts'
import { openResets } from '../accounts/resets.ts'
import type { AccountParts } from '../accounts/router.ts'
import { openWindowCookies } from '../auth/window-cookie.ts'
import type { Auditing } from '../auditing.ts'
import type { Known } from './callers.ts'
import type { Changes } from '../changes.ts'
import type { CoreConfig } from '../config.ts'
import type { Database } from '../db/open.ts'
import { readCredential } from '../http/credentials.ts'
import { windowCookieIn } from '../http/window.ts'
import { leavingFrom, type LeavingParts } from './leaving.ts'
import type { Stores } from './stores.ts'

export type AccountsParts = {
  config: CoreConfig
  stores: Stores
  db: Database
  changes: Changes
  auditing: Auditing
  known: Known
  /** Where browsers reach us, and the port that we are bound to. */
  url: string
  port: number
  /** Where management is served, if that is apart. */
  admin: { host: string; port: number } | null
  /** What else the engine does: OAuth for clients. */
  extension?: Pick<AccountsOptions, 'plugins' | 'pluginPaths'>
}

/** People who sign in; `null` where the instance has no accounts. */
export async function openInstanceAccounts(parts: AccountsParts): Promise<Accounts | null> {
  const { config, stores, db, changes, url, port, admin, extension, auditing } = parts
  if (config.auth !== 'accounts') return null
  const { directory } = stores
  const settings = await openAccountSettings({
    load: () => stores.settings.get('accounts'),
    save: (value) => stores.settings.set('accounts', value),
    secrets: stores.secrets,
  })
  return openAccounts({
    ...{ db, directory, settings, changes, url, log: config.log, note: auditing.note },
    origins: [
      new URL(url).origin,
      ...ownOrigins(config.host, port),
      ...(admin ? ownOrigins(admin.host, admin.port) : []),
    ],
    isReachable:
      ![config.host, admin?.host ?? config.host].every(isLoopback) || config.publicUrl !== null,
    isBehindProxy: config.publicUrl !== null,
    isOperator: operatorFrom(parts),
    plugins: extension?.plugins ?? (() => Promise.resolve([])),
    pluginPaths: extension?.pluginPaths ?? [],
  })
}

/** Whether a request comes with the admin token: in a header, or as the cookie that stands for it. */
function operatorFrom({ known, stores, url }: Pick<AccountsParts, 'known' | 'stores' | 'url'>) {
  const { adminToken, localToken } = known
  const isSecure = url.startsWith('https:')
  const cookies = openWindowCookies({
    key: stores.secrets.derive('metamcp window cookie'),
    adminToken: adminToken.token,
  })
  return (request: IncomingMessage): boolean => {
    const credential = readCredential(request, null)
    if (credential !== null) {
      return adminToken.isAdminToken(credential) || localToken.isLocalToken(credential)
    }
    const cookie = windowCookieIn(request, isSecure)
    return cookie !== undefined && cookies.isGood(cookie)
  }
}

function ownOrigins(host: string, port: number): string[] {
  const name = host.includes(':') ? `[${host.replace(/[[\]]/g, '')}]` : host
  const names = ['127.0.0.1', 'localhost', '[::1]', name]
  return [...new Set(names.map((one) => `http://${one}:${port}`))]
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || host.startsWith('127.')
}

/** What administrators and people do with accounts, over what is live. */
export function openAccountParts(
  parts: LeavingParts & { accounts: Accounts | null; changes: Changes; url: string },
): AccountParts | null {
  const { db, accounts, changes, url, follow } = parts
  if (!accounts) return null
  const people = openPeople({
    ...{ db, changes, accounts, removeAccount: leavingFrom(parts) },
    followRole: follow.rights,
  })
  const [invitations, resets] = [openInvitations({ db }), openResets(accounts)]
  return { accounts, people, invitations, resets, changes, url }
}
