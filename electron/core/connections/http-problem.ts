import type { ServerProblem } from '../../../shared/server-problem.ts'

/** What an answer that is of no use looks like. */
export type Sign = { kind: 'foreign' } | { kind: 'moved'; to: string }

export function signedProblem(sign: Sign, url: URL): ServerProblem {
  if (sign.kind === 'moved') {
    const to = URL.canParse(sign.to, url) ? new URL(sign.to, url).href : sign.to
    return { code: 'moved', url: url.href, to }
  }
  return { code: 'not-mcp', url: url.href, suggestion: otherUrl(url) }
}

export function networkProblem(
  code: string,
  { host, hostname, port, protocol }: URL,
): ServerProblem | null {
  if (code === 'ECONNREFUSED') {
    const assumed = protocol === 'https:' ? 443 : 80
    return { code: 'nothing-listens', host: hostname, port: port === '' ? assumed : Number(port) }
  }
  if (isNoHost(code)) return { code: 'host-not-found', host: hostname }
  return isUnsafe(code) ? { code: 'certificate', host, reason: code } : null
}

export function isNoHost(code: string): boolean {
  return code === 'ENOTFOUND' || code === 'EAI_AGAIN'
}

export function isUnsafe(code: string): boolean {
  return /CERT|SIGNATURE|SSL|TLS|EPROTO/.test(code)
}

/** Where MCP servers mostly are; `null` when that is what was asked already. */
function otherUrl(url: URL): string | null {
  if (/\/(mcp|sse)\/?$/.test(url.pathname)) return null
  const other = new URL(url)
  other.pathname = `${url.pathname.replace(/\/$/, '')}/mcp`
  return other.href
}
