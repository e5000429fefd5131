type Answer = (request: Request) => Response | Promise<Response>
type Decide = (
  contents: null,
  permission: string,
  ...rest: [answer: (granted: boolean) => void, details: { requestingUrl: string }]
) => void

const answers = new Map<string, Answer>()
let decide: Decide | null = null

export const protocol = {
  registerSchemesAsPrivileged: () => undefined,
  handle: (scheme: string, answer: Answer) => void answers.set(scheme, answer),
}

export const session = {
  defaultSession: {
    setPermissionRequestHandler: (handler: Decide) => (decide = handler),
    setPermissionCheckHandler: () => undefined,
  },
}

/** Whether the app grants a page a permission; like Electron, yes if it does not say. */
export function isGranted(permission: string, requestingUrl: string): boolean {
  let answer = decide === null
  decide?.(null, permission, (granted) => (answer = granted), { requestingUrl })
  return answer
}

/** The app's answer for an address of a scheme that it handles; undefined for other schemes. */
export function answerOf(address: string): Promise<Response> | undefined {
  const answer = answers.get(new URL(address).protocol.slice(0, -1))
  return answer && Promise.resolve(answer(new Request(address)))
}

// Chromium without Electron knows no scheme of ours, so `app://metamcp/` is to it the origin
// `https://metamcp.app.stand-in/`, which is as secure and as much of its own.
const OUTSIDE = /^https:\/\/([^/:]+)\.([a-z]+)\.stand-in(?=\/|$)/
const INSIDE = /^([a-z]+):\/\/([^/:]+)(?=\/|$)/

export function toBrowser(address: string): string {
  return address.replace(INSIDE, (match, scheme: string, host: string) =>
    answers.has(scheme) ? `https://${host}.${scheme}.stand-in` : match,
  )
}

export function toApp(address: string): string {
  return address.replace(OUTSIDE, '$2://$1')
}
