import type { IncomingMessage } from 'node:http'

export type GuardOptions = {
  /** The address we are bound to, as configured. */
  host: string
  port: number
  /** Where we are reached from outside, if that is not the address we are bound to. */
  publicUrl: string | null
}

/** Returns why a request must not go any further, or null. */
export type Guard = (request: IncomingMessage) => string | null

const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '[::1]']

/**
 * Keeps web pages out (specification, "Security warning" of Streamable HTTP). A page of another
 * origin names itself in `Origin`; a page that rebinds its own name to our address gives itself
 * away in `Host`, which matters where being reachable is all the protection there is: on loopback.
 */
export function openGuard({ host, port, publicUrl }: GuardOptions): Guard {
  const outside = publicUrl === null ? null : new URL(publicUrl)
  const own = [...LOOPBACK_NAMES, host.includes(':') ? `[${host.replace(/[[\]]/g, '')}]` : host]
  const names = new Set([...own, ...(outside ? [outside.hostname] : [])])
  const origins = new Set(own.map((name) => new URL(`http://${name}:${port}`).origin))
  if (outside) origins.add(outside.origin)
  const checksHost = isLoopback(host)

  return function guard({ headers }) {
    if (checksHost && !names.has(hostnameOf(headers.host ?? ''))) {
      return 'This address is not one of ours (Host). Use 127.0.0.1 or localhost, or set METAMCP_PUBLIC_URL.'
    }
    if (headers.origin !== undefined && !origins.has(headers.origin.toLowerCase())) {
      return 'Web pages of other origins may not call this server (Origin).'
    }
    return null
  }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || host.startsWith('127.')
}

function hostnameOf(host: string): string {
  return host.toLowerCase().replace(/:\d+$/, '')
}
