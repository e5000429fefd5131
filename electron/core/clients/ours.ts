import { readTarget } from './entry.ts'

/** Where an entry leads that belongs to a MetaMCP, this one or another. */
export type OwnTarget =
  { kind: 'here'; endpoint: string } | { kind: 'elsewhere'; address: string; url: string | null }

/** The name of our entry in a client's file. */
export const OWN_NAME = 'metamcp'

const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]']

/** `null` for an entry that has nothing to do with MetaMCP. `base`: where clients reach us. */
export function ownTarget(name: string, entry: object, base: string): OwnTarget | null {
  const target = readTarget(entry)
  if (!target) return null
  // A bridge of others, like mcp-remote, has the URL among its arguments.
  const urls = [target.url, ...target.args].flatMap((text) => ourUrl(text) ?? [])
  const [found] = urls
  if (found) {
    const { origin, host, endpoint, url } = found
    return isSame(origin, base)
      ? { kind: 'here', endpoint }
      : { kind: 'elsewhere', address: host, url }
  }
  if (target.command !== '' && isBridge(target.command, target.args)) {
    const at = target.args.indexOf('--endpoint')
    return { kind: 'here', endpoint: (at >= 0 && target.args[at + 1]) || 'default' }
  }
  if (name.toLowerCase() !== OWN_NAME) return null
  const address = URL.canParse(target.url) ? new URL(target.url).host : target.command
  return { kind: 'elsewhere', address, url: null }
}

function ourUrl(text: string) {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return null
  const { origin, host, pathname } = new URL(text)
  const [, endpoint] = /^\/metamcp\/([\w.-]+)\/(?:mcp|sse)\/?$/.exec(pathname) ?? []
  return endpoint === undefined ? null : { origin, host, endpoint, url: text }
}

/** Whether two addresses are one: this computer has several names for itself. */
function isSame(origin: string, base: string): boolean {
  const [one, other] = [new URL(origin), new URL(base)]
  if (one.port !== other.port || one.protocol !== other.protocol) return false
  const both = [one.hostname, other.hostname]
  return one.hostname === other.hostname || both.every((name) => LOOPBACK.includes(name))
}

function isBridge(command: string, args: string[]): boolean {
  const texts = [command, ...args].map((text) => text.toLowerCase())
  return (
    texts.some((text) => /metamcp/.test(text)) && texts.some((text) => /^(--)?stdio$/.test(text))
  )
}

/** The same URL at our address. */
export function moved(url: string, base: string): string {
  const { pathname, search } = new URL(url)
  return `${base}${pathname}${search}`
}
