import { echoServer, startEchoHttp } from '../../electron/core/testing/echo-definition.ts'
import type { ServerInput } from '../../shared/server.ts'
import type { Pair } from './pairs.ts'

type Fixture = AsyncDisposable & { definition: ServerInput }

/** A server with everything that the suite looks for, as the pair has it; it ends with the lease. */
export async function openFixture({ client, server, transport }: Pair): Promise<Fixture> {
  const options = { era: server, conformance: true, bare: true }
  const name = `${transport}-${server}-for-${client}`
  if (transport === 'stdio') {
    // Modern requests have no session, and a pipe does not tell which of them a legacy server is
    // asking about: calls that the suite begins and leaves would make every later one ambiguous.
    const isolation = client === 'modern' && server === 'legacy' ? 'session' : 'auto'
    // Its process is the gateway's to start and to end.
    return {
      definition: echoServer(options, { name, isolation }),
      async [Symbol.asyncDispose]() {},
    }
  }
  const fixture = await startEchoHttp(options)
  return {
    definition: fixture.definition({ name }),
    [Symbol.asyncDispose]: () => fixture[Symbol.asyncDispose](),
  }
}
