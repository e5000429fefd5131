import { createHmac, randomBytes } from 'node:crypto'
import type { OwnedServer } from '../../../shared/server.ts'
import type { WaitingCommand } from '../../../shared/trust.ts'
import { canonicalJson, contentHash } from '../canonical-json.ts'

/**
 * Variables that decide which code runs, whatever the command says: what is loaded before it, where
 * programs and modules are looked for, where packages come from.
 */
const DECIDES = [
  /^(?:path|pathext|comspec|shell|env|bash_env|zdotdir|ifs)$/,
  /^(?:ld|dyld)_/,
  /^node_(?:options|path|extra_ca_certs|repl_external_module)$/,
  /^(?:npm|pnpm|yarn|bun)_config_/,
  /^(?:npm|yarn|deno|uv|pip)_(?:[a-z_]*_)?(?:registry|index|url|find_links|config|config_file)$/,
  /^go(?:proxy|flags|path|root)$/,
  /^(?:python(?:path|home|startup|breakpoint|warnings|userbase|executable)|virtual_env)$/,
  /^(?:ruby(?:opt|lib)|gem_(?:home|path)|bundle_gemfile|perl5?(?:opt|lib|db))$/,
  /^(?:(?:_|jdk_)?java_(?:tool_)?options|classpath|java_home|maven_opts|gradle_opts)$/,
  /^(?:dotnet_startup_hooks|coreclr_profiler(?:_path)?|php_ini_scan_dir|phprc|lua_(?:path|init))$/,
  /^(?:git_(?:ssh(?:_command)?|exec_path|config.*|proxy_command|askpass)|editor|pager|browser)$/,
  /^docker_(?:host|config|context)$/,
]
/** Of those, what may be a secret all the same. */
const SECRET = /auth|token|pass|secret|key|cred/

/** Kept nowhere: a hash of what is secret must be of no use to anybody who guesses. */
const SALT = randomBytes(32)

type Program = Extract<OwnedServer, { type: 'STDIO' }>

/** What a server would run, for whoever approves it: its secrets are in the hash, and not shown. */
export function commandOf({ id, name, command, args, cwd, env }: Program): WaitingCommand {
  const shown = { command, args, cwd, envNames: Object.keys(env), envValues: decidingIn(env) }
  const sealed = createHmac('sha256', SALT).update(canonicalJson(env)).digest('hex')
  return { serverId: id, server: name, ...shown, hash: contentHash([shown, sealed]) }
}

function decidingIn(env: Record<string, string>): Record<string, string> {
  const deciding = Object.entries(env).filter(([name]) => {
    const small = name.toLowerCase()
    return DECIDES.some((pattern) => pattern.test(small)) && !SECRET.test(small)
  })
  return Object.fromEntries(deciding.map(([name, value]) => [name, withoutLogin(value)]))
}

/** Addresses may have a password in them. */
function withoutLogin(value: string): string {
  return value.replaceAll(/(?<=:\/\/)[^/?#\s]*@/g, '…@')
}
