import {
  isObject,
  LEGACY_VERSIONS,
  MetaKey,
  MODERN_VERSIONS,
  RpcCode,
  RpcError,
} from '../json-rpc.ts'
import type { JsonObject } from '../json-rpc.ts'
import type { ClientFace, Era } from './connection.ts'
import { metaOf, seal } from './envelope.ts'
import type { Peer } from './peer.ts'
import type { Transport } from './transport.ts'

/** One opened way to a server. */
export type Line = { peer: Peer; transport: Transport }
/** A server that was greeted, and where. */
export type Greeted = { line: Line; era: Era; hello: JsonObject }

/** The server is modern, and newer than we are. */
export class NoCommonVersion extends Error {
  constructor(supported: unknown[]) {
    const spoken = [...MODERN_VERSIONS, ...LEGACY_VERSIONS].join(', ')
    super(`It speaks the protocol versions ${supported.join(', ')}; we speak ${spoken}.`)
    this.name = 'NoCommonVersion'
  }
}

/** The first request to a modern server. Rejects with what the server answered if it is none. */
export async function discover(
  line: Line,
  info: JsonObject,
  signal: AbortSignal,
): Promise<Greeted> {
  const [version] = MODERN_VERSIONS
  const params = seal(undefined, { version, client: { capabilities: {}, info } })
  const options = { timeoutMs: 0, signal }
  const result = await line.peer
    .request('server/discover', params, options)
    .catch((error: unknown) => Promise.reject(supportedIn(error) ?? error))
  checkSupported(result['supportedVersions'])
  if (!isObject(result['capabilities'])) {
    throw new Error('Its answer to server/discover declares no capabilities.')
  }
  line.transport.useVersion(version)
  line.peer.speakModern(version)
  const serverInfo = metaOf(result)?.[MetaKey.serverInfo]
  const hello = { ...result, protocolVersion: version, ...(isObject(serverInfo) && { serverInfo }) }
  return { line, era: 'modern', hello }
}

/** The handshake of the legacy era, up to its last message. */
export async function initialize(
  { peer, transport }: Line,
  client: ClientFace,
  options: { signal: AbortSignal; onAnswer: () => void },
): Promise<Greeted> {
  const { signal, onAnswer } = options
  const params = {
    protocolVersion: LEGACY_VERSIONS[0],
    capabilities: client.capabilities,
    clientInfo: client.info,
  }
  const hello = await peer.request('initialize', params, { timeoutMs: 0, signal })
  transport.useVersion(acceptVersion(hello))
  onAnswer()
  await peer.notify('notifications/initialized')
  return { line: { peer, transport }, era: 'legacy', hello }
}

/** `UnsupportedProtocolVersionError`: a modern server says what it speaks instead. */
function supportedIn(error: unknown): Error | undefined {
  if (!(error instanceof RpcError) || error.code !== RpcCode.unsupportedVersion) return undefined
  const supported = isObject(error.data) ? error.data['supported'] : undefined
  if (!Array.isArray(supported)) return undefined
  // One of both eras may take the handshake; to all others it would be a fall back they refuse.
  return isAnyOf(LEGACY_VERSIONS, supported) ? undefined : new NoCommonVersion(supported)
}

function checkSupported(supported: unknown): void {
  if (!Array.isArray(supported)) throw new Error('Its answer to server/discover names no versions.')
  if (isAnyOf(MODERN_VERSIONS, supported)) return
  if (isAnyOf(LEGACY_VERSIONS, supported)) throw new Error('It prefers an older revision.')
  throw new NoCommonVersion(supported)
}

function isAnyOf(ours: readonly unknown[], theirs: unknown[]): boolean {
  return ours.some((version) => theirs.includes(version))
}

function acceptVersion(hello: JsonObject): string {
  const { protocolVersion } = hello
  const known = LEGACY_VERSIONS.find((version) => version === protocolVersion)
  if (known !== undefined && isObject(hello['capabilities'])) return known
  const spoken = LEGACY_VERSIONS.join(', ')
  throw new Error(
    known === undefined
      ? `It speaks the protocol version ${JSON.stringify(protocolVersion)}; we speak ${spoken}.`
      : 'Its answer to initialize declares no capabilities: it is not a valid MCP server.',
  )
}
