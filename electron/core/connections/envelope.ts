import { isObject, MetaKey } from '../json-rpc.ts'
import type { JsonObject } from '../json-rpc.ts'
import type { ClientFace } from './connection.ts'

export type EnvelopeOptions = {
  version: string
  client: ClientFace
  logLevel?: string | undefined
}

/**
 * What a request of the modern era says of itself in `_meta` (revision 2026-07-28, "Base protocol");
 * it replaces an envelope that is there, other keys stay.
 */
export function seal(
  params: JsonObject | undefined,
  { version, client, logLevel }: EnvelopeOptions,
): JsonObject {
  const _meta = {
    ...metaOf(params),
    [MetaKey.protocolVersion]: version,
    [MetaKey.clientCapabilities]: client.capabilities,
    [MetaKey.clientInfo]: client.info,
    // `undefined` is not written: then the server is to send no log messages.
    [MetaKey.logLevel]: logLevel,
  }
  return { ...params, _meta }
}

export function metaOf(params: JsonObject | undefined): JsonObject | undefined {
  const meta = params?.['_meta']
  return isObject(meta) ? meta : undefined
}
