import { isEntry } from './entry.ts'
import type { RawEntry } from './fields.ts'

type LinkEntry = { name: string | null; value: RawEntry; inputs?: unknown }
type Result = LinkEntry | { problem: string }

const SCHEMES = /^(?:metamcp|cursor|vscode|vscode-insiders|lmstudio|goose|windsurf|trae|kiro):/i
const WEB =
  /^https:\/\/(?:(?:www\.)?cursor\.com\/(?:[\w-]+\/)?(?:install-mcp|link\/mcp)|(?:insiders\.)?vscode\.dev\/redirect)/i

/** Whether a text is a link with which a program takes a server, ours or another's. */
export function isInstallLink(text: string): boolean {
  return (SCHEMES.test(text) || WEB.test(text)) && !/\s/.test(text)
}

/**
 * The server in a link: `metamcp://install?name=…&config=BASE64(JSON)`, those of Cursor and VS Code
 * and alike. Nothing in it is trusted; it is read like any other text.
 */
export function readInstallLink(link: string): Result {
  if (!URL.canParse(link)) return damaged('it is no address')
  const url = new URL(link)
  const redirected = url.searchParams.get('url')
  if (WEB.test(link) && redirected !== null && SCHEMES.test(redirected)) {
    return readInstallLink(redirected)
  }
  if (url.protocol === 'goose:') return readGoose(url)
  if (/^vscode/.test(url.protocol)) {
    const path = /mcp\/install\?(.+)$/.exec(link)?.[1]
    return path === undefined ? damaged('it names no server') : readConfig(null, decoded(path))
  }
  const config = url.searchParams.get('config')
  if (config === null) return damaged('`config` is missing')
  const text = config.trim().startsWith('{') ? config : fromBase64(config)
  const read = readConfig(url.searchParams.get('name'), text)
  const inputs = url.searchParams.get('inputs')
  return inputs === null || 'problem' in read ? read : { ...read, inputs: parsed(inputs) }
}

function readConfig(name: string | null, text: string | null): Result {
  const value = text === null ? undefined : parsed(text)
  if (value === undefined) return damaged('`config` is not valid JSON')
  if (typeof value !== 'object' || value === null) return damaged('`config` holds no server')
  const entry = value as RawEntry
  const [[only, inner] = []] = Object.entries(holderIn(entry))
  if (isEntry(inner)) return { name: name ?? only ?? null, value: inner }
  if (!isEntry(entry)) return damaged('`config` holds no server')
  const own = typeof entry['name'] === 'string' ? entry['name'] : null
  return { name: name ?? own, value: entry, inputs: entry['inputs'] }
}

/** Some pages encode a whole `{"mcpServers": {…}}`. */
function holderIn(entry: RawEntry): object {
  const holder = entry['mcpServers'] ?? entry['servers']
  return typeof holder === 'object' && holder !== null ? holder : {}
}

function readGoose({ searchParams }: URL): Result {
  const command = searchParams.get('cmd')
  const url = searchParams.get('url')
  const name = searchParams.get('id') ?? searchParams.get('name')
  const needed = searchParams.getAll('env').map((text) => [text.split('=')[0] ?? '', ''])
  if (url !== null) return { name, value: { url } }
  if (command === null) return damaged('`cmd` is missing')
  const args = searchParams.getAll('arg')
  return { name, value: { command, args, env: Object.fromEntries(needed) as object } }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

function fromBase64(text: string): string | null {
  // What was `+` is a space after the query was decoded.
  const plain = text.replaceAll(' ', '+').replaceAll('-', '+').replaceAll('_', '/')
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(plain)) return null
  return Buffer.from(plain, 'base64').toString('utf8')
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}

function damaged(reason: string): Result {
  return { problem: `This link is damaged: ${reason}. Nothing was added.` }
}
