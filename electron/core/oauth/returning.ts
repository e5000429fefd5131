import { AppError } from '../errors.ts'
import type { Attempt } from './attempts.ts'

/** A browser that comes back from a sign-in. */
export type Visit = {
  /** The account that it is signed in with here, as far as its cookies came along. */
  accountId: string | null
  /** It was sent here by a page of ours, and has brought all of its cookies. */
  isFromHere: boolean
}

/** In the query of a return that a page of ours has asked for. */
const MARK = 'again'

export function isMarked(params: URLSearchParams): boolean {
  return params.has(MARK)
}

/** The same return, to be asked for by a page of ours. Relative: a proxy may know us by another path. */
export function marked(params: URLSearchParams): string {
  return `?${new URLSearchParams([...params, [MARK, '1']]).toString()}`
}

/** Cookies for our own pages alone (SameSite=Strict) do not come along from another site. */
export class AskAgain extends Error {}

/**
 * What an account begins, it must itself bring to its end: else it could have somebody else open the
 * address, whose access would then be its own (specification, "Elicitation": "Phishing"). A `state`
 * does not tell who brings it. The operator may come back in any browser. Throws AppError, or `AskAgain`.
 */
export function requireBeginner({ startedBy }: Attempt, visit: Visit): void {
  const { accountId } = startedBy
  if (accountId === null || accountId === visit.accountId) return
  if (visit.accountId !== null) throw new AppError('forbidden', ANOTHER)
  if (!visit.isFromHere) throw new AskAgain()
  throw new AppError('forbidden', NOBODY)
}

const ANOTHER =
  'This sign-in was begun by another account of MetaMCP than yours. Had it gone on, that account would now use the server as you. Nothing was kept. If somebody sent you a link to this, do not trust it.'
const NOBODY =
  'This sign-in was begun by an account of MetaMCP, and this browser is not signed in to MetaMCP at this address. If it was you: open MetaMCP at this address, sign in, and begin again. If somebody sent you a link to this, do not trust it. Nothing was kept.'
