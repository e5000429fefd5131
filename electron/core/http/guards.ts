import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import ipaddr from 'ipaddr.js'

export type GuardOptions = {
  /** The address that clients call, as configured. */
  host: string
  port: number
  /** Where we are reached from outside, if that is not the address we are bound to. */
  publicUrl: string | null
  /** Where management is reached, if that is apart. */
  admin?: { host: string; port: number } | null
  /** Origins whose pages may call endpoints, and read what is said of them, and nothing else. */
  allowed?: ReadonlySet<string>
}

/** Returns why a request must not go any further, or null. */
export type Guard = (request: IncomingMessage) => string | null

/** What pages of allowed origins may call: nothing that a cookie opens. */
const FOR_PAGES = /^\/(metamcp|\.well-known)\//

const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '[::1]']

/**
 * Keeps web pages out (specification, "Security warning" of Streamable HTTP). A page of another
 * origin names itself in `Origin`; a page that rebinds its own name to our address gives itself
 * away in `Host`, which matters where being reachable is all the protection there is: on loopback.
 * Whether a request came in there, its own connection tells: there may be two ports, and one that is
 * bound to all addresses is reached by that one, too.
 */
export function openGuard(options: GuardOptions): Guard {
  const { publicUrl, admin = null, allowed = new Set<string>() } = options
  const outside = publicUrl === null ? null : new URL(publicUrl)
  const places = [options, ...(admin ? [admin] : [])]
  const names = new Set([...places.flatMap(namesOf), ...(outside ? [outside.hostname] : [])])
  const origins = new Set(places.flatMap(originsOf))
  if (outside) origins.add(outside.origin)

  return function guard({ headers, url = '/', socket }) {
    if (cameByLoopback(socket) && !names.has(hostnameOf(headers.host ?? ''))) {
      return 'This address is not one of ours (Host). Use 127.0.0.1 or localhost, or set METAMCP_PUBLIC_URL.'
    }
    const origin = headers.origin?.toLowerCase()
    const isOurs = origin === undefined || origins.has(origin)
    if (!isOurs && !(allowed.has(origin) && FOR_PAGES.test(url))) {
      return 'Web pages of other origins may not call this server (Origin).'
    }
    return null
  }
}

type Place = { host: string; port: number }

function namesOf({ host }: Place): string[] {
  return [...LOOPBACK_NAMES, host.includes(':') ? `[${host.replace(/[[\]]/g, '')}]` : host]
}

function originsOf(place: Place): string[] {
  return namesOf(place).map((name) => new URL(`http://${name}:${place.port}`).origin)
}

/** The address of a connection stays the same, and to read it is dear. */
const known = new WeakMap<Socket, boolean>()

function cameByLoopback(socket: Socket): boolean {
  const before = known.get(socket)
  if (before !== undefined) return before
  const isSo = isLoopback(socket.localAddress)
  known.set(socket, isSo)
  return isSo
}

/** Of a connection that is gone nobody knows: it counts as one that is checked. */
function isLoopback(address = '127.0.0.1'): boolean {
  return !ipaddr.isValid(address) || ipaddr.process(address).range() === 'loopback'
}

const PORT = /:\d+$/

function hostnameOf(host: string): string {
  return host.toLowerCase().replace(PORT, '')
}
