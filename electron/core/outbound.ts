import { lookup as systemLookup, type LookupAddress } from 'node:dns'
import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

/** All addresses of a name; rejects as `dns.lookup` does. */
export type LookupAll = (hostname: string) => Promise<LookupAddress[]>

/**
 * Where requests on behalf of others may go: to the public internet, and to what the operator
 * allows. Everything else (this machine, its network, metadata services of clouds) is for those who
 * are there already. Names are looked up once, and what comes out is what is connected to: a name
 * that leads elsewhere the next time (DNS rebinding) gains nothing.
 */
export interface Outbound {
  /** The addresses to connect to; rejects with `AddressNotAllowed`, or as `dns.lookup` does. */
  resolve(hostname: string): Promise<LookupAddress[]>
  /** Throws `AddressNotAllowed` for an address that stands in a URL itself. */
  refuseLiteral(hostname: string): void
  /** Whether it leads to no public place, now; `false` where that cannot be found out. */
  isInside(hostname: string): Promise<boolean>
}

/** The code of errors, beside those of Node's own such as ECONNREFUSED. */
export const ADDRESS_NOT_ALLOWED = 'ADDRESS_NOT_ALLOWED'

/** Tells no address: what a name inside leads to is nobody's to find out. */
class AddressNotAllowed extends Error {
  readonly code = ADDRESS_NOT_ALLOWED

  constructor(hostname: string) {
    super(notAllowed(hostname))
  }
}

export function notAllowed(hostname: string): string {
  return `"${hostname}" is not on the public internet, and servers of accounts may not be elsewhere. The operator can allow it with --allow-private-addresses.`
}

export type OutboundOptions = {
  /** Addresses, ranges (CIDR) and names of hosts, as `parseAllowed` takes them. */
  allow: readonly string[]
  lookup?: LookupAll
}

export function openOutbound({ allow, lookup = lookUpAll }: OutboundOptions): Outbound {
  const ranges = allow.map(rangeOf).filter((range) => range !== null)
  const names = new Set(allow.filter((text) => rangeOf(text) === null).map(nameOf))

  const mayReach = (address: string) => {
    const real = addressOf(address)
    if (real === null) return false
    return isPublic(real) || ranges.some(([range, bits]) => isWithin(real, range, bits))
  }
  return {
    async resolve(hostname) {
      const addresses = await lookup(bare(hostname))
      if (names.has(nameOf(hostname))) return addresses
      // One that is refused is reason enough: a public one beside it is how rebinding looks.
      if (!addresses.every(({ address }) => mayReach(address)))
        throw new AddressNotAllowed(hostname)
      return addresses
    },
    refuseLiteral(hostname) {
      const literal = bare(hostname)
      if (isIP(literal) !== 0 && !mayReach(literal)) throw new AddressNotAllowed(literal)
    },
    async isInside(hostname) {
      const literal = bare(hostname)
      const found = isIP(literal) === 0 ? await lookup(literal).catch(() => []) : [literal]
      const addresses = found.map((one) => addressOf(typeof one === 'string' ? one : one.address))
      return addresses.some((address) => address === null || !isPublic(address))
    },
  }
}

/** What a list allows, separated by commas; `problem`: the first part that is none of these. */
export function parseAllowed(text: string): { allow: string[]; problem: string | null } {
  const allow = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
  const isName = (part: string) => /^(?=.*[a-z])[a-z0-9_.-]+$/i.test(part)
  const problem = allow.find((part) => rangeOf(part) === null && !isName(part)) ?? null
  return { allow, problem }
}

type Address = ipaddr.IPv4 | ipaddr.IPv6

/** Public by its number, and no public service: Azure's own, for the machines in it. */
const HIDDEN = ['168.63.129.16']
/** IPv6 that stands for an IPv4 address: translated (RFC 6052), and compatible (RFC 4291, 2.5.5.1). */
const TRANSLATED = ipaddr.parseCIDR('64:ff9b::/96')
const COMPATIBLE = ipaddr.parseCIDR('::/96')

function isPublic(address: Address): boolean {
  return address.range() === 'unicast' && !HIDDEN.includes(address.toString())
}

/** The address that is meant in the end; `null` for what is none. */
function addressOf(text: string): Address | null {
  // A zone (fe80::1%eth0) is for addresses of this network alone.
  if (isIP(text) === 0 || text.includes('%')) return null
  const address = ipaddr.process(text)
  if (address.kind() === 'ipv4') return address
  // ::1 and :: look like IPv4 of that kind, too.
  if (['loopback', 'unspecified'].includes(address.range())) return address
  const holdsIpv4 = [TRANSLATED, COMPATIBLE].some(([range, bits]) => isWithin(address, range, bits))
  return holdsIpv4 ? ipaddr.fromByteArray(address.toByteArray().slice(12)) : address
}

function rangeOf(text: string): [Address, number] | null {
  if (ipaddr.isValidCIDR(text)) return ipaddr.parseCIDR(text)
  if (isIP(text) === 0) return null
  const address = ipaddr.process(text)
  return [address, address.kind() === 'ipv4' ? 32 : 128]
}

function isWithin(address: Address, range: Address, bits: number): boolean {
  // The two kinds cannot be compared: the library throws.
  return address.kind() === range.kind() && address.match(range, bits)
}

/** Without the brackets that a URL has around IPv6. */
function bare(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, '$1')
}

/** Without the dot that may end a name. */
function nameOf(hostname: string): string {
  return bare(hostname).toLowerCase().replace(/\.$/, '')
}

function lookUpAll(hostname: string): Promise<LookupAddress[]> {
  return new Promise((resolve, reject) => {
    systemLookup(hostname, { all: true }, (error, addresses) => {
      if (error) reject(error)
      else resolve(addresses)
    })
  })
}
