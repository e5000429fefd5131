import { release } from 'node:os'
import { arch, memoryUsage, platform, uptime, versions } from 'node:process'
import type { DiagnosticsView } from '../../../shared/data.ts'
import type { Server } from '../../../shared/server.ts'
import { mapStrings } from './map-strings.ts'
import { HIDDEN, openMask, secretsOf } from './masking.ts'
import { hideInUrl } from './secret-places.ts'

export type DiagnosticsParts = {
  version: string
  env: Record<string, string | undefined>
  servers: readonly Server[]
  /** What is known of a server's state; its texts are masked again here. */
  serverNow: (id: string) => object
  /** Everything else that is no secret: counts, settings, the other definitions. */
  facts: object
  /** The last lines of the log, oldest first. */
  log: readonly string[]
  /** Tokens and keys that belong to no definition. */
  ownSecrets: readonly string[]
}

const HIDE = () => HIDDEN
/** Switches that take no value: what follows them is an argument of its own. */
const BARE_FLAGS = /^(?:-y|--yes|-q|--quiet|-i|-it|--rm|--init|--interactive|-s|--silent)$/

/** All that helps whoever looks into a fault, in one text without secrets. */
export function diagnose(parts: DiagnosticsParts): DiagnosticsView {
  const { version, env, servers, serverNow, facts, log, ownSecrets } = parts
  const mask = openMask([...ownSecrets, ...servers.flatMap((one) => secretsOf(one, env))])
  const homes = [env.HOME, env.USERPROFILE].filter((path) => path !== undefined && path.length > 3)
  const tidy = (text: string) =>
    homes.reduce<string>((shown, home) => shown.replaceAll(home ?? '', '~'), mask(text))
  const at = new Date().toISOString()
  const { node, electron, chrome, v8 } = versions
  const report = {
    at,
    versions: { metamcp: version, node, electron, chrome, v8 },
    system: { platform, arch, release: release(), memory: memoryUsage().rss, uptime: uptime() },
    ...facts,
    servers: servers.map((server) => ({ ...shownServer(server), ...serverNow(server.id) })),
    log,
  }
  const text = JSON.stringify(mapStrings(report, tidy), null, 2)
  return { fileName: `metamcp-diagnostics-${at.replaceAll(':', '-').slice(0, 19)}.json`, text }
}

function shownServer(server: Server) {
  const { name, type, enabled, start, idleMs, startTimeoutMs, isolation } = server
  const common = { name, type, enabled, start, idleMs, startTimeoutMs, isolation }
  if (server.type === 'STDIO') {
    const { command, args, env, cwd } = server
    return { ...common, command, args: shownArgs(args), cwd, env: Object.keys(env) }
  }
  const { url, headers, bearerToken, oauth } = server
  return {
    ...common,
    url: hideInUrl(url, HIDE).replace(/\?.*$/s, ''),
    headers: Object.keys(headers),
    hasBearerToken: bearerToken !== null,
    hasOwnClient: oauth !== undefined,
  }
}

/** Which flags there are, and what is run: the first word that is no value of a flag. */
function shownArgs(args: readonly string[]): string[] {
  let isFound = false
  return args.map((arg, index) => {
    if (/^-{1,2}[A-Za-z]/.test(arg)) return arg.replace(/=.*$/s, `=${HIDDEN}`)
    const before = args[index - 1]
    const isValue = before !== undefined && /^-/.test(before) && !BARE_FLAGS.test(before)
    const isName = /^@?[\w.-]+(?:\/[\w.-]+)*(?:@[\w.^~-]+)?$/.test(arg)
    if (isFound || isValue || !isName) return HIDDEN
    // `docker run image`: the verb is not what is run.
    isFound = arg !== 'run' && arg !== 'exec' && arg !== 'x'
    return arg
  })
}
