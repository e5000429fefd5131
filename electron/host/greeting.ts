import type { Core, CoreConfig } from '../core/index.ts'

type Greeted = Pick<Core, 'url' | 'adminUrl' | 'endpoints' | 'firstKey' | 'adminToken' | 'recovery'>
type Place = Pick<CoreConfig, 'dataDir' | 'pageDir' | 'auth'>

/**
 * What a person reads once requests are served, without a line break at its end. Scripts wait for
 * its first line, which stays `MetaMCP ready <url>`.
 */
export function greeting(core: Greeted, { dataDir, pageDir, auth }: Place): string {
  const [endpoint] = core.endpoints().toSorted(defaultFirst)
  const paragraphs = [
    `MetaMCP ready ${core.url}`,
    pageDir === null
      ? null
      : `Window         ${core.adminUrl} in a browser, ${WAYS_IN[auth ?? 'local']}`,
    endpoint ? `MCP endpoint   ${endpoint.url}` : 'No endpoint is switched on.',
    keyLine(core, dataDir),
    tokenLine(core, dataDir),
    recoveryLine(core),
    endpoint && core.firstKey !== null ? cursorSnippet(endpoint.url, core.firstKey) : null,
  ]
  return paragraphs.filter((text) => text !== null).join('\n')
}

const WAYS_IN = { local: 'with the admin token', accounts: 'with an account or the admin token' }

function defaultFirst(a: { name: string }, b: { name: string }): number {
  return Number(b.name === 'default') - Number(a.name === 'default')
}

function keyLine({ firstKey, endpoints }: Greeted, dataDir: string): string | null {
  if (firstKey !== null)
    return `API key        ${firstKey}\n               shown this once: keep it`
  if (!endpoints().some((endpoint) => endpoint.needsKey)) return null
  return `API key        as shown at the first start; "apiKeys" in a config file adds others (${dataDir})`
}

function tokenLine({ adminToken, adminUrl }: Greeted, dataDir: string): string {
  const where = `Management     ${adminUrl}/trpc/frontend with "Authorization: Bearer <admin token>"`
  return adminToken.created
    ? `${where}\nAdmin token    ${adminToken.token}\n               shown this once, kept in ${dataDir}`
    : `${where}\nAdmin token    METAMCP_ADMIN_TOKEN, or kept in ${dataDir}`
}

function recoveryLine({ recovery }: Greeted): string | null {
  if (!recovery) return null
  const aside = recovery.aside ? ` The broken files are kept in ${recovery.aside}.` : ''
  return `Attention      The database was rebuilt from its snapshot: ${recovery.reason}.${aside}`
}

function cursorSnippet(url: string, key: string): string {
  const config = { mcpServers: { metamcp: { url, headers: { Authorization: `Bearer ${key}` } } } }
  return `\nFor Cursor, in ~/.cursor/mcp.json:\n\n${JSON.stringify(config, null, 2)}\n`
}
