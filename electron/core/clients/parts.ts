import type { AiClientSeen } from '../../../shared/ai-client.ts'
import type { Endpoint } from '../../../shared/endpoint.ts'
import type { NewServer, Server, ServerInput } from '../../../shared/server.ts'
import type { Access } from '../access.ts'
import { AppError } from '../errors.ts'
import type { Machine } from '../machine.ts'
import { KNOWN_CLIENTS } from './catalogue/index.ts'
import type { KnownClient } from './catalogue/kinds.ts'

/** One writing of a client's file, remembered so that it can be taken back after a restart too. */
export type Written = {
  id: string
  clientId: string
  kind: 'connect' | 'disconnect'
  /** ISO 8601. */
  at: string
  path: string
  /** The topmost folder that had to be made for it. */
  madeFolder: string | null
  /** Fingerprints; `none` for no file. */
  before: string
  after: string
  /** The path of the copy of what was there before. */
  backup: string | null
  endpointId: string
  /** The name of our entry. */
  entry: string
  /** Where we were reached then, and it leads to; absent before that was remembered. */
  address?: string | undefined
  /** Keys that were made for it, or switched off with it. */
  keyIds: string[]
  removed: string[]
  callsBefore: number
}

/** A client by what it calls itself (in lower case), or by a key that it used. */
export type SeenBy = { names: string[]; keyIds: string[] }

/** What clients of this machine need of the rest of the core. */
export type AiClientsParts = {
  /** `null` where it is not its user's own computer: no file is touched then. */
  machine: Machine | null
  /** Where clients reach us, without a slash at its end. */
  url: string
  written: { load(): Promise<Written[]>; save(all: Written[]): Promise<void> }
  endpoint: (id: string) => Endpoint | undefined
  keys: {
    /** Under this name, or one like it that is free; opens this endpoint alone. */
    create(name: string, endpointId: string): Promise<{ id: string; name: string; key: string }>
    /** `false` also for one that is no longer there. */
    isOn(id: string): boolean
    setEnabled(id: string, enabled: boolean): Promise<void>
    delete(id: string): Promise<void>
  }
  /** What the caller sees, and with `null` what the instance has. */
  servers(access: Access | null): Server[]
  /** What a client wrote down of a server, as when it is pasted; `problem`: a sentence. */
  readServer(
    name: string,
    entry: object,
  ): { server: ServerInput; leftOut: string[] } | { problem: string }
  /** All or none; into a namespace, too, if one is named. */
  addServers(inputs: NewServer[], namespaceId: string | null): Promise<Server[]>
  /** The last visit that the caller may know of. */
  seen(by: SeenBy, access: Access): AiClientSeen | null
  /** Tells that what `list` says is different now. */
  changed(): void
  now?: () => Date
}

export function knownClient(id: string): KnownClient {
  const client = KNOWN_CLIENTS.find((one) => one.id === id)
  if (!client) throw new AppError('not-found', `There is no AI client "${id}".`)
  return client
}

export function endpointOf({ endpoint }: AiClientsParts, id: string): Endpoint {
  const found = endpoint(id)
  if (!found) throw noEndpoint(id)
  return found
}

export function noEndpoint(id: string): AppError {
  return new AppError('not-found', `There is no endpoint with the id "${id}".`)
}

export function machineOf({ machine }: AiClientsParts): Machine {
  if (machine) return machine
  throw new AppError(
    'invalid',
    'This MetaMCP runs on another computer: copy the snippet into the client yourself.',
  )
}
