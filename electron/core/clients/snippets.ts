import type { AiLink, AiSnippet } from '../../../shared/ai-client.ts'
import type { Endpoint } from '../../../shared/endpoint.ts'
import { AppError } from '../errors.ts'
import { PLAIN, type KnownClient } from './catalogue/kinds.ts'
import { transportOf } from './entry.ts'
import { edited } from './files/edit.ts'
import type { Entry } from './files/format.ts'
import { filesOf, shownPath } from './machine.ts'
import { OWN_NAME } from './ours.ts'
import { endpointOf, knownClient, type AiClientsParts } from './parts.ts'
import { ourEntry } from './plan.ts'

/** Any client that reads the file that most of them do. */
const ANY_CLIENT: KnownClient = {
  ...{ id: '', name: 'MCP client', files: [], format: 'json', key: 'mcpServers', entry: PLAIN },
  ...{ takesUp: 'restart', clientNames: [] },
}

export type SnippetOf = { clientId: string | null; endpointId: string }

/** What to put into a client by hand, with a key made for it. */
export async function makeSnippet(parts: AiClientsParts, input: SnippetOf): Promise<AiSnippet> {
  const client = input.clientId === null ? ANY_CLIENT : knownClient(input.clientId)
  const endpoint = endpointOf(parts, input.endpointId)
  const key = await makeKey(parts, client, endpoint)
  const entry = entryFor(parts, { client, endpoint, key: key?.key ?? '' })
  const text = edited('', { ...client, newFile: undefined }, { put: entry })
  const piece = { text, language: client.format, file: fileName(parts, client) }
  const command = client.command?.[key ? 'withKey' : 'withoutKey']
  const inTerminal = command
    ?.replace('$name', OWN_NAME)
    .replace('$url', urlOf(parts, endpoint))
    .replace('$key', key?.key ?? '')
  const pieces: AiSnippet['pieces'] = [piece]
  if (inTerminal) pieces.unshift({ text: inTerminal, language: 'bash', file: null })
  return { pieces, keyName: key?.name ?? null }
}

/** A link that opens the client with our entry, with a key made for it. */
export async function makeLink(
  parts: AiClientsParts,
  input: { clientId: string; endpointId: string },
): Promise<AiLink> {
  const client = knownClient(input.clientId)
  const endpoint = endpointOf(parts, input.endpointId)
  if (!client.link) throw new AppError('invalid', `${client.name} opens no links.`)
  const key = await makeKey(parts, client, endpoint)
  const { value } = entryFor(parts, { client, endpoint, key: key?.key ?? '' })
  const json = JSON.stringify(value)
  const url = client.link
    .replace('$named', encodeURIComponent(JSON.stringify({ name: OWN_NAME, ...value })))
    .replace('$name', OWN_NAME)
    .replace('$json', encodeURIComponent(json))
    .replace('$base64', encodeURIComponent(Buffer.from(json).toString('base64')))
  return { url, keyName: key?.name ?? null }
}

async function makeKey({ keys, machine }: AiClientsParts, client: KnownClient, at: Endpoint) {
  // The bridge on this machine needs none; one that has to be another program does.
  const isBridge = transportOf(client.entry) === 'stdio' && machine !== null
  return at.auth.apiKey && !isBridge ? keys.create(client.name, at.id) : null
}

function entryFor(
  parts: AiClientsParts,
  { client, endpoint, key }: { client: KnownClient; endpoint: Endpoint; key: string },
): Entry {
  if (transportOf(client.entry) === 'http' || parts.machine) {
    return ourEntry(parts, { look: { client }, endpoint, entry: OWN_NAME, key })
  }
  // For a client that knows only programs, and an address on another computer.
  const header = key === '' ? [] : ['--header', 'Authorization:${METAMCP_AUTH}']
  const value = {
    command: 'npx',
    args: ['-y', 'mcp-remote', urlOf(parts, endpoint), ...header],
    ...(key !== '' && { env: { METAMCP_AUTH: `Bearer ${key}` } }),
  }
  return { name: OWN_NAME, value }
}

function urlOf({ url }: AiClientsParts, { name }: Endpoint): string {
  return `${url}/metamcp/${name}/mcp`
}

/** Elsewhere we do not know the system: only a path that is the same on all of them is said. */
function fileName({ machine }: AiClientsParts, client: KnownClient): string | null {
  if (machine) {
    const [file] = filesOf(client, machine)
    return file === undefined ? null : shownPath(file, machine)
  }
  const [file] = Array.isArray(client.files) ? client.files : []
  return file?.startsWith('~') ? file : null
}
