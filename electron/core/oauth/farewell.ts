import type { FetchLike } from '@modelcontextprotocol/client'
import { z } from 'zod'
import type { Logger } from '../log.ts'
import { informationOf } from './client.ts'
import { failureText } from './failure-text.ts'
import type { RemoteServer } from './own-credentials.ts'
import { revoke } from './revoke.ts'
import { tokens, type SignIn, type Tokens } from './sign-in.ts'

const farewell = z.object({
  server: z.string(),
  url: z.string(),
  tokens,
  information: z.looseObject({ client_id: z.string(), client_secret: z.string().optional() }),
})

type SignedIn = SignIn & { tokens: Tokens }
type Environment = Record<string, string | undefined>

/**
 * All that revoking a server's tokens takes, as one text, for when its definition is gone; `null`
 * when its own client cannot be named, so that there is no way.
 */
export function farewellOf(
  server: RemoteServer,
  { url, tokens: kept }: SignedIn,
  env: Environment,
): string | null {
  try {
    const information = informationOf(kept.client, server, env)
    return JSON.stringify({ server: server.name, url, tokens: kept, information })
  } catch {
    return null
  }
}

/** Never rejects: nobody is left to whom it would matter. */
export async function sayFarewell(
  text: string,
  { fetchFor, log }: { fetchFor: (server: URL, serverId: string | null) => FetchLike; log: Logger },
): Promise<void> {
  const { server, url, tokens: kept, information } = farewell.parse(JSON.parse(text))
  try {
    const revoked = await revoke(kept, information, fetchFor(new URL(url), null))
    log.info({ server, revoked }, 'the sign-in of a removed server has ended')
  } catch (error) {
    log.warn({ server, reason: failureText(error) }, 'tokens of a removed server were not revoked')
  }
}
