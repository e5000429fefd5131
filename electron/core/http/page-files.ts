import { readFile } from 'node:fs/promises'
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

/** What the built page may load and reach; `connect` is where it may send requests to. */
export function pageHeaders(connect: "'none'" | "'self'"): Record<string, string> {
  return {
    'content-security-policy': [
      "default-src 'none'",
      "script-src 'self'",
      // The library of components writes style elements, also for the lock of the scroll bar.
      "style-src 'self' 'unsafe-inline'",
      "font-src 'self'",
      "img-src 'self' data: blob:",
      'media-src data: blob:',
      `connect-src ${connect}`,
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ].join('; '),
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
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
