import { isShared, type Access } from '../access.ts'
import type { Owned } from '../../../shared/account.ts'

/** Whose endpoint something happened at, as it was then, and on whose behalf. */
export type Place = Owned & {
  /** The account of the key or client; `null` for the instance's, and for nobody's. */
  accountId: string | null
}

/** Where everything happens while there are no accounts. */
export const OF_INSTANCE: Place = { ownerId: null, shared: true, accountId: null }

/**
 * Whether the caller may know what happened there: at an endpoint of one's own everything, at a
 * shared one what one did oneself, and for administrators everything.
 */
export function isFor(access: Access, place: Place): boolean {
  if (access.isOperator) return true
  const { accountId } = access
  if (accountId === null) return false
  const isOwn = place.ownerId === accountId || place.accountId === accountId
  return isOwn || (access.isAdmin && isShared(place))
}

export function placeKey({ ownerId, shared, accountId }: Place): string {
  return `${ownerId ?? ''}\n${shared}\n${accountId ?? ''}`
}
