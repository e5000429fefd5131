import type { SessionView } from '../../../shared/account.ts'
import { refusalOf } from '../ui/refusal.ts'

/** What the door asks for; the server tells it to anybody. */
export async function readSession(): Promise<SessionView> {
  const response = await fetch('/session')
  if (!response.ok) throw new Error(`${response.status} ${response.statusText}`)
  return (await response.json()) as SessionView
}

/** In a browser one comes in by a door, and can leave by it; the app has none. */
export const canSignOut = window.metamcp === undefined

/** Whatever was known of one person is forgotten with the page: nothing of it is for the next one. */
export async function signOut(): Promise<void> {
  await fetch('/session', { method: 'DELETE' })
  window.location.replace('/')
  window.location.reload()
}

export function isUnauthorized(error: unknown): boolean {
  return refusalOf(error) === 'UNAUTHORIZED'
}
