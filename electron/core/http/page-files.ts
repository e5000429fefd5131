import helmet from 'helmet'
import { readFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { extname, join, resolve, sep } from 'node:path'

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
}

export type PageFile = { status: 200; body: Buffer; type: string } | { status: 403 | 404 }

/**
 * What the built page may load and reach; `connect` is where it may send requests to. `isSecure`:
 * browsers come over https, and are to come by nothing else.
 */
export function pageHeaders(
  connect: "'none'" | "'self'",
  { isSecure = false } = {},
): Record<string, string> {
  const headers: Record<string, string> = {}
  // helmet speaks to a response alone, and all that it says is the same for each.
  const response = {
    setHeader: (name: string, value: string) => (headers[name.toLowerCase()] = value),
  }
  const quiet = { removeHeader: () => undefined }
  const protect = helmet({
    contentSecurityPolicy: { useDefaults: false, directives: directivesFor(connect) },
    referrerPolicy: { policy: 'no-referrer' },
    xFrameOptions: { action: 'deny' },
    strictTransportSecurity: isSecure && { maxAge: 365 * 24 * 60 * 60, includeSubDomains: false },
  })
  protect(
    {} as IncomingMessage,
    Object.assign(response, quiet) as unknown as ServerResponse,
    () => {},
  )
  return { ...headers, 'cache-control': 'no-store' }
}

function directivesFor(connect: string) {
  return {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    // The library of components writes style elements, also for the lock of the scroll bar.
    styleSrc: ["'self'", "'unsafe-inline'"],
    fontSrc: ["'self'"],
    imgSrc: ["'self'", 'data:', 'blob:'],
    mediaSrc: ['data:', 'blob:'],
    connectSrc: [connect],
    baseUri: ["'none'"],
    formAction: ["'none'"],
    frameAncestors: ["'none'"],
  }
}

/** The file of the built page that a URL's path means: from its folder, and from nowhere else. */
export async function readPageFile(folder: string, urlPath: string): Promise<PageFile> {
  const path = pathInside(folder, urlPath)
  if (path === undefined) return { status: 403 }
  try {
    const type = TYPES[extname(path)] ?? 'application/octet-stream'
    return { status: 200, body: await readFile(path), type }
  } catch {
    return { status: 404 }
  }
}

/** Undefined where a path leads out of the folder. */
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
