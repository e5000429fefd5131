import { createTRPCClient, httpLink, type TRPCClient } from '@trpc/client'
import type { AppRouter } from '../index.ts'
import { approvingLink } from './approving-link.ts'
import type { TempCore } from './temp-core.ts'

export const PASSWORD = 'correct horse battery'

/** A person who is signed in. */
export type TempPerson = {
  id: string
  name: string
  email: string
  /** For the header `cookie`; requests of other methods than GET also need our own `origin`. */
  cookie: string
  /** Headers of a request of the person's browser. */
  headers: Record<string, string>
  /** The management API with the person's cookie. */
  trpc: TRPCClient<AppRouter>
}

export type TempAccounts = { ada: TempPerson; ben: TempPerson; cara: TempPerson }

/** Anything that is reached as a core is, also the whole product. */
type Place = Pick<TempCore, 'url' | 'admin'>

/**
 * Signs up ada, who is the administrator, and ben and cara, who are members, in a core that was
 * started with `auth: 'accounts'`. Sign-up is closed again afterwards.
 */
export async function openTempAccounts(core: Place): Promise<TempAccounts> {
  const ada = await signUp(core, 'ada')
  await core.admin.accounts.setSignUp.mutate({ mode: 'open' })
  const ben = await signUp(core, 'ben')
  const cara = await signUp(core, 'cara')
  await core.admin.accounts.setSignUp.mutate({ mode: 'closed' })
  return { ada, ben, cara }
}

/** Throws with the answer where that is refused. */
export async function signUp(
  core: Pick<Place, 'url'>,
  name: string,
  more: object = {},
): Promise<TempPerson> {
  const email = `${name}@example.com`
  return enter(core, 'sign-up/email', { name, email, password: PASSWORD, ...more })
}

/** Another browser of the person. */
export async function signIn(core: Pick<Place, 'url'>, name: string, password = PASSWORD) {
  return enter(core, 'sign-in/email', { email: `${name}@example.com`, password })
}

async function enter(
  core: Pick<Place, 'url'>,
  path: string,
  body: Record<string, unknown>,
): Promise<TempPerson> {
  const response = await postAuth(core, path, body)
  const text = await response.text()
  if (response.status !== 200) throw new Error(`${path}: ${response.status} ${text}`)
  const cookie = response.headers
    .getSetCookie()
    .map((value) => value.split(';', 1)[0] ?? '')
    .join('; ')
  const { user } = JSON.parse(text) as { user: { id: string; name: string; email: string } }
  const headers = { cookie, origin: core.url }
  const { id, name, email } = user
  return { id, name, email, cookie, headers, trpc: trpcOf(core, headers) }
}

/** POST to better-auth, as our own page does; `headers` are not of the body. */
export function postAuth(
  core: Pick<Place, 'url'>,
  path: string,
  body: { headers?: Record<string, string>; [field: string]: unknown },
): Promise<Response> {
  const { headers, ...fields } = body
  return fetch(`${core.url}/api/auth/${path}`, {
    method: 'POST',
    redirect: 'manual',
    headers: { 'content-type': 'application/json', origin: core.url, ...headers },
    body: JSON.stringify(fields),
  })
}

function trpcOf(core: Pick<Place, 'url'>, headers: Record<string, string>): TRPCClient<AppRouter> {
  const url = `${core.url}/trpc/frontend`
  return createTRPCClient<AppRouter>({ links: [approvingLink, httpLink({ url, headers })] })
}
