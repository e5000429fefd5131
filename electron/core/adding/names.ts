import { serverName } from '../../../shared/names.ts'

const LONGEST = 32
/** Words in names of packages and hosts that say no more than that it is an MCP server. */
const NOISE =
  /^(?:(?:mcp|server|model-?context-?protocol)[-_])+|(?:[-_](?:mcp|server))+(?=$|[-_])/gi

/** The nearest name that `serverName` accepts; what fits is returned as it is. */
export function fittingName(name: string): string {
  if (serverName.safeParse(name).success) return name
  const fitted = name
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^A-Za-z0-9_-]+/g, '-')
    .replaceAll(/_{2,}/g, '_')
    .replaceAll(/-{2,}/g, '-')
    .slice(0, LONGEST)
    .replaceAll(/^[-_]+|[-_]+$/g, '')
  return fitted === '' ? 'server' : fitted
}

/** `name`, or with the first number that nobody has: `github-2`. Compared without case. */
export function freeName(name: string, isTaken: (name: string) => boolean): string {
  if (!isTaken(name)) return name
  for (let number = 2; ; number += 1) {
    const end = `-${number}`
    const candidate = name.slice(0, LONGEST - end.length).replace(/[-_]+$/, '') + end
    if (!isTaken(candidate)) return candidate
  }
}

/** A short name for what a command starts: of `npx -y @scope/server-github` it is `github`. */
export function nameOfPackage(identifier: string): string {
  const bare = identifier
    .replace(/^git\+/, '')
    .replace(/\.git$/, '')
    // A version, a tag or a digest at the end.
    .replace(/(?<=.)(?:@|==)[^/@]*$/, '')
    .replace(/(?<=.{2}):[^/:\\]*$/, '')
    .replace(/\[[^\]]*\]$/, '')
  const parts = bare.split(/[\\/]/).filter((part) => part !== '')
  const last = (parts.at(-1) ?? '').replace(/\.(?:[cm]?[jt]s|py|exe|sh|jar|dll)$/i, '')
  const short = last.replaceAll(NOISE, '')
  // Of `@stripe/mcp` the scope says more, of `server/index.js` the folder.
  const saysNothing = /^(?:mcp|server|mcp-server|index|main|cli|run|build|dist|src|app)?$/i
  if (!saysNothing.test(short)) return fittingName(short)
  const rest = parts.slice(0, -1).join('/')
  return rest === '' ? fittingName(last) : nameOfPackage(rest.replace(/^@/, ''))
}

/** A short name for an address: of `https://mcp.linear.app/mcp` it is `linear`. */
export function nameOfUrl(text: string): string {
  if (!URL.canParse(text)) return 'server'
  const { hostname, port } = new URL(text)
  if (/^[\d.]+$|^\[/.test(hostname) || !hostname.includes('.')) {
    return fittingName(port === '' ? hostname : `${hostname}-${port}`)
  }
  const labels = hostname.split('.').slice(0, -1)
  const telling = labels.filter((label) => !/^(?:mcp|api|www|server|app)$/i.test(label))
  return fittingName((telling[0] ?? labels[0] ?? hostname).replaceAll(NOISE, ''))
}
