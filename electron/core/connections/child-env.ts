import { delimiter } from 'node:path'
import { DEFAULT_INHERITED_ENV_VARS } from '@modelcontextprotocol/client/stdio'
import { shellPath } from 'shell-path'

type Environment = Record<string, string | undefined>

/** A login shell with a broken or slow start-up file must not keep servers from starting. */
const SHELL_DEADLINE_MS = 5_000

/** What a server may need to get out at all; the rest of our environment is none of its business. */
const NETWORK_VARIABLES = [
  ...['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'ALL_PROXY'],
  ...['http_proxy', 'https_proxy', 'no_proxy', 'all_proxy'],
  ...['NODE_EXTRA_CA_CERTS', 'NODE_USE_SYSTEM_CA', 'SSL_CERT_FILE', 'SSL_CERT_DIR'],
  ...['REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE', 'GIT_SSL_CAINFO', 'AWS_CA_BUNDLE'],
]

export type ChildEnvOptions = {
  env: Environment
  /** The PATH of the person's login shell; replaced in tests. */
  loginPath?: () => Promise<string | undefined>
}

/**
 * Makes environments for children: the SDK's minimal set, proxy and CA variables, and then the
 * server's own. An app started from a dock or a desktop file has a bare PATH without npx and uvx,
 * so that of the login shell is merged in; it is asked for once, with the first child.
 */
export function openChildEnv({ env, loginPath = shellPath }: ChildEnvOptions) {
  let path: Promise<string> | undefined
  return async (own: Record<string, string>): Promise<Record<string, string>> => {
    path ??= resolvePath(read(env, 'PATH') ?? '', loginPath)
    const inherited = [...DEFAULT_INHERITED_ENV_VARS, ...NETWORK_VARIABLES].flatMap((name) => {
      const value = read(env, name)
      return value === undefined ? [] : [[name, value] as const]
    })
    return { ...Object.fromEntries(inherited), PATH: await path, ...own }
  }
}

/** Makes the environment of one child from the variables of its definition. */
export type ChildEnv = ReturnType<typeof openChildEnv>

async function resolvePath(
  own: string,
  loginPath: () => Promise<string | undefined>,
): Promise<string> {
  if (process.platform === 'win32') return own
  const deadline = Promise.withResolvers<undefined>()
  const timer = setTimeout(() => deadline.resolve(undefined), SHELL_DEADLINE_MS)
  try {
    return mergePaths(own, (await Promise.race([loginPath(), deadline.promise])) ?? '')
  } catch {
    // A shell that cannot be asked is no reason not to try with what we have.
    return own
  } finally {
    clearTimeout(timer)
  }
}

/**
 * Folders that only we have come first: somebody put them there for this process (a virtual
 * environment, `node_modules/.bin`). The rest keeps the order of the login shell.
 */
export function mergePaths(own: string, login: string): string {
  const ofLogin = login.split(delimiter).filter(Boolean)
  const onlyOurs = own.split(delimiter).filter((folder) => folder && !ofLogin.includes(folder))
  return [...new Set([...onlyOurs, ...ofLogin])].join(delimiter)
}

/** Windows does not tell `Path` from `PATH`, a plain copy of its environment does. */
function read(env: Environment, name: string): string | undefined {
  if (process.platform !== 'win32' || env[name] !== undefined) return env[name]
  const same = Object.keys(env).find((key) => key.toUpperCase() === name.toUpperCase())
  return same === undefined ? undefined : env[same]
}
