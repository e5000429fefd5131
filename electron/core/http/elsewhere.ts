import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ReplicaNews } from '../db/replica-news.ts'

/** A request as it came; `body` is the text that was read of it. */
type Passing = {
  request: IncomingMessage
  response: ServerResponse
  body: () => string | null
}

/**
 * Hands a request on to the replica of that name, whose answer goes to the client. `untaken`, and
 * nothing is answered: it is to be answered here, as that is this one, or there is nobody of this
 * name any more. `lost`: nothing is answered either, but that replica may have begun it.
 */
export type PassOn = (replica: string, passing: Passing) => Promise<'answered' | 'untaken' | 'lost'>

/** The other processes on the same database, if it is one that can be shared. */
export interface Elsewhere {
  /** The name of this process among them; `null` where there can be no others. */
  readonly replica: string | null
  /** What these tell one another; `null` likewise. */
  readonly news: Pick<ReplicaNews, 'tell' | 'listen'> | null
  readonly passOn: PassOn
}
