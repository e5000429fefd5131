import type { IncomingMessage } from 'node:http'
import ipaddr from 'ipaddr.js'

/** From where a proxy of ours may speak: anybody else who reaches us past it is who they are. */
const NEAR = new Set<string>(['loopback', 'private', 'uniqueLocal'])

type Spoken = Pick<IncomingMessage, 'headers'> & { socket: { remoteAddress?: string | undefined } }

/**
 * The address of whoever asks. The proxy's own word is the last one of `X-Forwarded-For`: what
 * stands before it, anybody may have written.
 */
export function addressOf(request: Spoken, isBehindProxy: boolean): string {
  const socket = request.socket.remoteAddress ?? '0.0.0.0'
  const forwarded = request.headers['x-forwarded-for']
  if (!isBehindProxy || typeof forwarded !== 'string' || !isNear(socket)) return socket
  const last = forwarded.split(',').at(-1)?.trim() ?? ''
  return ipaddr.isValid(last) ? last : socket
}

function isNear(address: string): boolean {
  return ipaddr.isValid(address) && NEAR.has(ipaddr.process(address).range())
}

/** What one network has: an address of IPv4, or the first half of one of IPv6, which has 2^64 more. */
export function networkOf(address: string): string {
  if (!ipaddr.isValid(address)) return address
  const real = ipaddr.process(address)
  return real instanceof ipaddr.IPv6
    ? ipaddr.IPv6.networkAddressFromCIDR(`${real.toString()}/64`).toString()
    : real.toString()
}
