/*
 * HTTP+SSE is a second way to an endpoint. Clients that know no other take its address for what they
 * want tokens for, and compare it with what its metadata say (RFC 9728, section 3.3). A token is for
 * the endpoint: it has one identifier, the address of Streamable HTTP, and is good both ways.
 */

const SSE = /(\/metamcp\/[^/?#]+)\/sse$/
const MCP = /(\/metamcp\/[^/?#]+)\/mcp$/

/** The identifier of the endpoint at an address or path of either kind; others stay as they are. */
export function identifierAt(address: string): string {
  return address.replace(SSE, '$1/mcp')
}

/** Where the endpoint of this identifier is reached by HTTP+SSE. */
export function sseAddressOf(identifier: string): string {
  return identifier.replace(MCP, '$1/sse')
}
