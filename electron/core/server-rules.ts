import type { OwnedServer, Server } from '../../shared/server.ts'
import type { ServerProblem } from '../../shared/server-problem.ts'
import type { Access } from './access.ts'
import { canonicalJson } from './canonical-json.ts'
import { AppError } from './errors.ts'
import { findReferences } from './references.ts'

/** What a server says, without what it is known by. */
type Definition = WithoutId<Server>
type WithoutId<T> = T extends unknown ? Omit<T, 'id'> : never

type ServerChange = {
  /** Left out for one that is new. */
  before?: Definition
  after: Definition
  /** The account that it belongs to; `null` for the instance. */
  ownerId: string | null
}

/**
 * What accounts may define. A program runs with the rights of MetaMCP itself, and its environment
 * holds the key of all secrets: both are for those who could read them anyway.
 */
export interface ServerRules {
  /** Throws AppError `forbidden`. */
  refuse(access: Access, change: ServerChange): void
  /** Whether `${NAME}` in what this account owns stands for a variable of our environment, now. */
  mayReadEnvironment(ownerId: string | null): boolean
  /**
   * Why a server that is defined already may not be started now, as `definition` says; `null`: it
   * may. What is about to start may be older than what is stored and approved.
   */
  obstacleTo(stored: OwnedServer, definition: Server): Obstacle | null
}

export type Obstacle = { words: string; problem: ServerProblem | null }

export type ServerRulesOptions = {
  isAdmin: (accountId: string) => boolean
  /** Whether members may run programs, too. */
  membersRunPrograms: () => boolean
}

export function openServerRules(options: ServerRulesOptions): ServerRules {
  const mayReadEnvironment = (ownerId: string | null) =>
    ownerId === null || options.isAdmin(ownerId)
  const mayRunPrograms = (ownerId: string | null) =>
    mayReadEnvironment(ownerId) || options.membersRunPrograms()
  return {
    mayReadEnvironment,
    // Who is an administrator no more has programs of before, and nobody else sees private ones.
    obstacleTo(stored, definition) {
      if (definition.type !== 'STDIO') return null
      if (!mayRunPrograms(stored.ownerId)) return { words: NO_PROGRAM_NOW, problem: null }
      const isApproved = stored.approved && !runsOther(stored, definition)
      return isApproved ? null : { words: NOT_APPROVED, problem: { code: 'not-approved' } }
    },
    refuse(access, { before, after, ownerId }) {
      const isAllowed = mayRunPrograms(access.accountId) && mayRunPrograms(ownerId)
      if (!isAllowed && runsOther(before, after)) throw new AppError('forbidden', NO_PROGRAMS)
      if (mayReadEnvironment(ownerId)) return
      const [name] = textsOf(after).flatMap(findReferences)
      if (name !== undefined) throw new AppError('forbidden', noReference(name))
    },
  }
}

const NO_PROGRAMS =
  'Only administrators may have servers that run a program here. Servers at an address are for everybody.'
/** What is told of a server whose command nobody has approved. */
export const NOT_APPROVED =
  'It waits for approval: somebody has to look at the command that it runs, on the page Trust.'
const NO_PROGRAM_NOW =
  'It runs a program here, which only administrators may, and it belongs to a member.'

function noReference(name: string): string {
  return `"\${${name}}" stands for a variable of the computer that MetaMCP runs on, and is for administrators. Put the value itself.`
}

/** Whether it has what its owner may be denied, or given, later on. */
export function needsRights(server: Definition): boolean {
  return server.type === 'STDIO' || textsOf(server).some((text) => findReferences(text).length > 0)
}

/** Whether a program would be run that was not run before, or in another way. */
export function runsOther(before: Definition | undefined, after: Definition): boolean {
  if (after.type !== 'STDIO') return false
  return before?.type !== 'STDIO' || programOf(before) !== programOf(after)
}

function programOf({ command, args, env, cwd }: Extract<Definition, { type: 'STDIO' }>): string {
  return canonicalJson([command, args, env, cwd])
}

/** Everything in which a reference would be filled in. */
function textsOf(server: Definition): string[] {
  if (server.type === 'STDIO') return [...server.args, ...Object.values(server.env)]
  const { url, headers, bearerToken, oauth } = server
  const { clientId = '', clientSecret = '' } = oauth ?? {}
  return [url, ...Object.values(headers), bearerToken ?? '', clientId, clientSecret]
}
