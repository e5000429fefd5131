import type { Isolation } from '../../../shared/server.ts'
import type { ClientFace, Era } from './connection.ts'

export type Situation = {
  era: Era
  isolation: Isolation
  /** Of SSE or Streamable HTTP: one more connection costs no process. */
  isRemote: boolean
  client: ClientFace
  /** It did not come out whom the server asked, before this client first used its connection. */
  isSwitched: boolean
}

const ASKABLE = ['sampling', 'elicitation', 'roots']

/** Whether a client gets a connection of its own to a server, or the one it shares with others. */
export function getsOwn({ era, isolation, isRemote, client, isSwitched }: Situation): boolean {
  // Every modern request says for itself who makes it.
  if (era === 'modern' || isolation === 'shared') return false
  if (isolation === 'session') return true
  const canBeAsked = ASKABLE.some((name) => Object.hasOwn(client.capabilities, name))
  return canBeAsked && (isRemote || isSwitched)
}
