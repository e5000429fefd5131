import type { Owned } from '../../shared/account.ts'
import type { Caller } from './caller.ts'
import { AppError } from './errors.ts'

/**
 * What a management caller may see and change: the only place where that is decided.
 *
 * - The operator (the app itself, the admin token) may do everything.
 * - An account sees what is its own and what is shared, and changes what is its own.
 * - An administrator changes what is shared, too. What another account keeps to itself an
 *   administrator does not see.
 */
export interface Access {
  /** Whose what is made now will be; `null` for the instance. */
  readonly accountId: string | null
  readonly isOperator: boolean
  /** May manage accounts, settings and the computer that it all runs on. */
  readonly isAdmin: boolean
  sees(thing: Owned): boolean
  changes(thing: Owned): boolean
  seen<T extends Owned>(things: readonly T[]): T[]
  /** The thing, or throws `missing()`: what one may not see is not there. */
  requireSeen<T extends Owned>(thing: T | undefined, missing: () => AppError): T
  /** The same for a change; throws AppError `forbidden` where one may only look. */
  requireChanged<T extends Owned>(thing: T | undefined, missing: () => AppError): T
}

/** Throws nothing: who does not manage at all sees nothing and changes nothing. */
export function accessOf(caller: Caller): Access {
  const accountId = caller.kind === 'account' ? caller.id : null
  const isOperator = caller.kind === 'local' || caller.kind === 'admin'
  const isAdmin = isOperator || (caller.kind === 'account' && caller.role === 'admin')
  const isOwn = ({ ownerId }: Owned) => accountId !== null && ownerId === accountId
  const sees = (thing: Owned) =>
    isOperator || isOwn(thing) || (accountId !== null && isShared(thing))
  const changes = (thing: Owned) => isOperator || isOwn(thing) || (isAdmin && isShared(thing))

  function requireSeen<T extends Owned>(thing: T | undefined, missing: () => AppError): T {
    if (thing === undefined || !sees(thing)) throw missing()
    return thing
  }

  return {
    ...{ accountId, isOperator, isAdmin, sees, changes, requireSeen },
    seen: (things) => things.filter(sees),
    requireChanged(thing, missing) {
      const found = requireSeen(thing, missing)
      if (changes(found)) return found
      throw new AppError('forbidden', 'This is shared by somebody else: you may use it as it is.')
    },
  }
}

/** Who will own what an account, or with `null` the instance, makes now. */
export function ownedBy(accountId: string | null, shared: boolean | undefined): Owned {
  return { ownerId: accountId, shared: accountId === null || (shared ?? false) }
}

/** What belongs to nobody in particular is everybody's. */
export function isShared({ ownerId, shared }: Owned): boolean {
  return shared || ownerId === null
}

/** The account that keeps it to itself; `null`: nobody does. */
export function keeperOf(thing: Partial<Owned> | undefined): string | null {
  const { ownerId = null, shared = false } = thing ?? {}
  return isShared({ ownerId, shared }) ? null : ownerId
}

/** Throws AppError `forbidden` where `mayUse` says no; `noun` is what people call the part. */
export function requirePart(user: Owned, part: Owned & { name: string; noun: string }): void {
  if (mayUse(user, part)) return
  const { noun, name } = part
  const text = `The ${noun} "${name}" is not shared: what all may use cannot be built on it. Share it first.`
  throw new AppError('forbidden', text)
}

/** Whether what is made for `user` may be built of `part`: its own, or what all may use. */
export function mayUse(user: Owned, part: Owned): boolean {
  if (isShared(part)) return true
  return part.ownerId === user.ownerId && !isShared(user)
}
