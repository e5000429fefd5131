import type { IncomingMessage } from 'node:http'

/** What a program is called that does not say, and every browser, which all say the same. */
const UNNAMED = { name: 'OpenAPI' }

const MAX_NAMES = 3
const MAX_LENGTH = 60

/**
 * A client of HTTP alone as one of MCP calls itself in `clientInfo`: by the programs in its
 * `User-Agent` (RFC 9110, section 10.1.5), with the version of the first.
 */
export function clientOf({ headers }: Pick<IncomingMessage, 'headers'>): {
  name: string
  version?: string
} {
  const said = (headers['user-agent'] ?? '').slice(0, 500)
  const products = said.replace(/\([^()]*\)/g, ' ').match(/[^\s/]+(\/\S+)?/g) ?? []
  const [first, ...others] = products.map((product) => product.split('/', 2))
  const [name, version] = first ?? []
  if (name === undefined || name === 'Mozilla') return UNNAMED
  const names = [name, ...others.map(([other]) => other)].slice(0, MAX_NAMES)
  return { name: names.join(' ').slice(0, MAX_LENGTH), ...(version && { version }) }
}
