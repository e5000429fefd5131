import { pageHeaders, readPageFile } from '../core/index.ts'

/** The page's scheme and host. `file:` would not do: Chromium loads no module scripts from it. */
export const APP_SCHEME = 'app'
export const APP_ORIGIN = `${APP_SCHEME}://metamcp`

/** The page talks over IPC alone, so it may connect to nothing at all. */
const HEADERS = pageHeaders("'none'")

/** Whether a page or frame at this address is ours. */
export function isOwnUrl(address: string): boolean {
  if (!URL.canParse(address)) return false
  // Not its `origin`, which is "null" for schemes that the parser does not know.
  const { protocol, host } = new URL(address)
  return `${protocol}//${host}` === APP_ORIGIN
}

/** Answers requests for the built page, from its folder and from nowhere else. */
export async function answerFromFolder(folder: string, request: Request): Promise<Response> {
  if (!isOwnUrl(request.url) || request.method !== 'GET') return refusal(403)
  const file = await readPageFile(folder, new URL(request.url).pathname)
  if (file.status !== 200) return refusal(file.status)
  const headers = { ...HEADERS, 'content-type': file.type }
  return new Response(new Uint8Array(file.body), { headers })
}

function refusal(status: 403 | 404): Response {
  return new Response(null, { status, headers: HEADERS })
}
