import type { IncomingMessage } from 'node:http'
import { actorOf, SOMEBODY, type Auditing } from '../auditing.ts'
import type { Browsers } from './browsers.ts'
import type { Account, Directory } from './directory.ts'

export type DoorNotesOptions = {
  note: Auditing['note']
  directory: Directory
  browsers: Pick<Browsers, 'signedIn' | 'newcomer'>
}

/** For the audit log: who came in, who did not, and who left, by what the engine answers. */
export interface DoorNotes {
  /**
   * To be called before the engine is, since that changes who there is; what it resolves with notes
   * the answer. `path` is below the engine's own.
   */
  watch(path: string, request: IncomingMessage, given: Request): Promise<(answer: Response) => void>
}

/** Notes that somebody has set a new password by the link for their account. */
export function openResetNotes({ note, directory }: Pick<DoorNotesOptions, 'note' | 'directory'>) {
  return (accountId: string): void => {
    const account = directory.get(accountId)
    if (!account) return
    const { id, name } = account
    note({ actor: { kind: 'account', id, name }, action: 'reset-password', outcome: 'done' })
  }
}

type Way = { action: 'sign-in' | 'sign-up' | 'reset-password'; provider?: string }

export function openDoorNotes({ note, directory, browsers }: DoorNotesOptions): DoorNotes {
  function watchLeaving(request: IncomingMessage) {
    const caller = browsers.signedIn(request)?.caller
    const actor = caller ? actorOf(caller) : null
    return ({ ok }: Response) => {
      if (ok && actor) note({ actor, action: 'sign-out', outcome: 'done' })
    }
  }

  function noteEntry(account: Account, isNew: boolean, { provider }: Way): void {
    const { id, name, role } = account
    note({
      actor: { kind: 'account', id, name },
      action: isNew ? 'sign-up' : 'sign-in',
      outcome: 'done',
      detail: { ...(isNew && { role }), ...(provider !== undefined && { provider }) },
    })
  }

  return {
    async watch(path, request, given) {
      if (path === '/sign-out') return watchLeaving(request)
      const way = wayOf(path)
      if (!way) return () => undefined
      const known = new Set(directory.list().map(({ id }) => id))
      const name = await emailIn(given)
      return (answer) => {
        const account = browsers.newcomer(answer.headers.getSetCookie())
        if (account) return noteEntry(account, !known.has(account.id), way)
        const outcome = failureOf(answer.status, way)
        if (outcome === null) return
        const { action, provider } = way
        const detail = provider === undefined ? null : { provider }
        note({ actor: { ...SOMEBODY, name }, action, outcome, detail })
      }
    },
  }
}

function wayOf(path: string): Way | null {
  if (path === '/sign-in/email') return { action: 'sign-in' }
  if (path === '/sign-up/email') return { action: 'sign-up' }
  if (path === '/reset-password') return { action: 'reset-password' }
  const [, provider] = /^\/callback\/([a-z0-9-]+)$/.exec(path) ?? []
  return provider === undefined ? null : { action: 'sign-in', provider }
}

/** `null`: what is wrong with it is no sign of anything, or (429) it was noted often enough. */
function failureOf(status: number, { action, provider }: Way): 'refused' | 'failed' | null {
  if (status === 429) return null
  // A return from a provider that lets nobody in is a redirect to the door.
  if (provider !== undefined || status === 401 || status === 403) return 'refused'
  return status === 422 || (action === 'reset-password' && status === 400) ? 'failed' : null
}

/** Who they say they are. What does not look like an address may be a password in the wrong field. */
async function emailIn(given: Request): Promise<string> {
  if (given.method !== 'POST') return ''
  const body: unknown = await given
    .clone()
    .json()
    .catch(() => null)
  const { email } = (body ?? {}) as { email?: unknown }
  return typeof email === 'string' && /^[^\s@]{1,64}@[^\s@]{1,190}$/.test(email)
    ? email.toLowerCase()
    : ''
}
