/** What a person does at the authorization server of auth-server.ts, without a browser to look at. */
export interface Person {
  /** Opens a sign-in's URL and agrees, or not; resolves with where the browser is sent back to. */
  answer(url: string, accept: boolean): Promise<URL>
}

/** Signs up with the authorization server. */
export async function signUp(issuer: string): Promise<Person> {
  const { origin } = new URL(issuer)
  const post = (path: string, body: object, cookie = '') =>
    fetch(`${issuer}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin, cookie },
      body: JSON.stringify(body),
    })
  const account = { email: 'ann@example.com', password: 'long enough 1', name: 'Ann' }
  const signedUp = await post('/sign-up/email', account)
  if (!signedUp.ok) throw new Error(`no sign-up: ${await signedUp.text()}`)
  const cookies = signedUp.headers.getSetCookie().map((cookie) => cookie.split(';')[0])
  const cookie = cookies.join('; ')

  return {
    async answer(url, accept) {
      // The authorization server answers callers of `fetch` with JSON in place of redirects.
      const asked = await fetch(url, { headers: { cookie }, redirect: 'manual' })
      const next = new URL(await urlIn(asked), issuer)
      if (next.pathname !== '/consent') return next
      const oauth_query = next.search.slice(1)
      const consented = await post('/oauth2/consent', { accept, oauth_query }, cookie)
      return new URL(await urlIn(consented))
    },
  }
}

async function urlIn(response: Response): Promise<string> {
  const location = response.headers.get('location')
  if (location !== null) return location
  const text = await response.text()
  const { url, redirect_uri = url } = JSON.parse(text) as { url?: string; redirect_uri?: string }
  if (redirect_uri === undefined) throw new Error(`no redirect: ${text}`)
  return redirect_uri
}
