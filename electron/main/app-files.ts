import { readFile } from 'node:fs/promises'
import { extname, join, resolve, sep } from 'node:path'

/** The page's scheme and host. `file:` would not do: Chromium loads no module scripts from it. */
export const APP_SCHEME = 'app'
export const APP_ORIGIN = `${APP_SCHEME}://metamcp`

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
}

const HEADERS = {
  // The page talks over IPC alone, so it may connect to nothing at all.
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    // Mantine and the scroll locks of its dialogs write style elements, some without a nonce.
    "style-src 'self' 'unsafe-inline'",
    "font-src 'self'",
    // What servers answer with: images and sounds, which the page has as data.
    "img-src 'self' data: blob:",
    'media-src data: blob:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
}

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
  const path = pathInside(folder, new URL(request.url).pathname)
  if (path === undefined) return refusal(403)
  try {
    const content = await readFile(path)
    const type = TYPES[extname(path)] ?? 'application/octet-stream'
    return new Response(new Uint8Array(content), { headers: { ...HEADERS, 'content-type': type } })
  } catch {
    return refusal(404)
  }
}

/** The file that a URL's path means, or undefined where it leads out of the folder. */
function pathInside(folder: string, urlPath: string): string | undefined {
  const root = resolve(folder)
  try {
    const name = decodeURIComponent(urlPath)
    if (name.includes('\0')) return undefined
    // Resolved only now: an encoded "../" is still one, and so is "..\" on Windows.
    const path = resolve(join(root, name === '/' ? 'index.html' : name))
    return path.startsWith(root + sep) ? path : undefined
  } catch {
    return undefined
  }
}

function refusal(status: 403 | 404): Response {
  return new Response(null, { status, headers: HEADERS })
}
