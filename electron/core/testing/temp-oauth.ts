import type { ServerInput } from '../../../shared/server.ts'
import { openLog } from '../log.ts'
import { openOAuth, type OAuth } from '../oauth/oauth.ts'
import { openTempStores, type TempStores } from './temp-stores.ts'

type RemoteInput = Extract<ServerInput, { type: 'STREAMABLE_HTTP' }>

/** Where browsers come back to in these tests: nothing listens there, the test takes the URL. */
const OUR_URL = 'http://127.0.0.1:12008'

export interface TempOAuth extends OAuth, AsyncDisposable {
  readonly stores: TempStores
  /** Servers whose connections were told to follow. */
  readonly followed: string[]
  /** Lets time go by for sign-ins. */
  advance(ms: number): void
  /** The URL of a sign-in that was begun. */
  begin(serverId: string): Promise<URL>
  /** The callback, as a browser calls it; `url` has the parameters. */
  comeBack(
    url: URL | string,
    visitor?: Parameters<OAuth['answerCallback']>[2],
  ): Promise<{ status: number; html: string }>
  /** Begins, and comes back with a code at once, as an authorization server that asks nobody. */
  signInTo(serverId: string): Promise<{ status: number; html: string }>
  /** The server's definition, as a connection has it. */
  add(url: string, fields?: Partial<RemoteInput>): Promise<string>
}

/** Signing in over real stores, without a gateway around it. */
export async function openTempOAuth(url = OUR_URL): Promise<TempOAuth> {
  const stores = await openTempStores()
  const followed: string[] = []
  let passed = 0
  const oauth = openOAuth({
    url,
    fetchFor: () => fetch,
    store: stores.signIns,
    serverOf: stores.servers.get,
    envOf: () => ({ CLIENT_SECRET: 'from-the-environment' }),
    log: openLog('silent'),
    onChange: (id) => void followed.push(id),
    now: () => Date.now() + passed,
  })

  const begin = async (id: string) =>
    new URL((await oauth.signIn(id, { key: 'admin', accountId: null })).url)
  const comeBack: TempOAuth['comeBack'] = async (back, visitor = null) => {
    const { search } = new URL(back, url)
    let answered = { status: 0, html: '' }
    const request = { method: 'GET', url: `/oauth/callback${search}` }
    const response = {
      writeHead: (status: number) => void (answered = { ...answered, status }),
      end: (html: string) => void (answered = { ...answered, html }),
    }
    await oauth.answerCallback(request, response, visitor)
    return answered
  }
  return {
    ...oauth,
    ...{ stores, followed, begin, comeBack },
    advance: (ms) => void (passed += ms),
    async signInTo(id) {
      const begun = await begin(id)
      return comeBack(`?code=c&state=${begun.searchParams.get('state') ?? ''}`)
    },
    async add(serverUrl, fields = {}) {
      const input = { name: 'locked', type: 'STREAMABLE_HTTP' as const, url: serverUrl, ...fields }
      return (await stores.servers.create(input)).id
    },
    async [Symbol.asyncDispose]() {
      await oauth.settle()
      await stores[Symbol.asyncDispose]()
    },
  }
}
