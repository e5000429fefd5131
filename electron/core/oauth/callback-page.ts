import { createHash } from 'node:crypto'

/** An answer to a browser. */
export type Page = { status: number; headers: Record<string, string>; html: string }

const STYLE =
  'body{font:1.1rem/1.6 system-ui,sans-serif;max-width:36rem;margin:20vh auto;padding:0 1rem}' +
  ':root{color-scheme:light dark}h1{font-size:1.4rem}'

const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': [
    "default-src 'none'",
    `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  // The address of this page holds a code: it is to be in no cache and no `Referer`.
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
}

/** A page that leads to another address at once, as one of our own pages does: without a script. */
export function leadTo(address: string): Page {
  const { html, ...rest } = page(
    200,
    'One moment',
    'MetaMCP looks whether it was you who began this.',
  )
  const refresh = `<meta http-equiv="refresh" content="0;url=${escape(address)}">`
  return { ...rest, html: html.replace('<title>', () => `${refresh}<title>`) }
}

/** A page without scripts; texts are escaped here. */
export function page(status: number, title: string, text: string): Page {
  const html = [
    '<!doctype html>',
    '<html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width">',
    `<title>${escape(title)}</title><style>${STYLE}</style></head>`,
    `<body><h1>${escape(title)}</h1><p>${escape(text)}</p></body></html>`,
    '',
  ].join('\n')
  return { status, headers: HEADERS, html }
}

function escape(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
