import {
  serverDefinition,
  type ServerDefinition,
  type ServerPatch,
} from '../../../shared/server.ts'
import { InvalidInput, parseInput, type Problem } from '../problems.ts'

type SecretRecord = Record<string, string>

const STDIO_FIELDS = ['command', 'args', 'env', 'cwd']
const REMOTE_FIELDS = ['url', 'headers', 'bearerToken', 'oauth']

/**
 * The whole definition after a change. A change of type drops what the other type had; a secret of
 * `null` stays as it is stored. Throws InvalidInput when the whole does not make a server.
 */
export function patchServer(current: ServerDefinition, patch: ServerPatch): ServerDefinition {
  const type = patch.type ?? current.type
  const foreign = new Set(type === 'STDIO' ? REMOTE_FIELDS : STDIO_FIELDS)
  const kept = Object.entries(current).filter(([field]) => !foreign.has(field))
  // `undefined` is a field that was not named: it must not blot out what is stored.
  const named = Object.entries(patch).filter(([, value]) => value !== undefined)
  const secrets = keepStoredSecrets(current, patch)
  return parseInput(serverDefinition, {
    ...Object.fromEntries(kept),
    ...Object.fromEntries(named),
    ...secrets,
  })
}

function keepStoredSecrets(current: ServerDefinition, { env, headers, oauth }: ServerPatch) {
  const problems: Problem[] = []
  const fill = (field: 'env' | 'headers', patch: Record<string, string | null>) => {
    const stored = storedSecrets(current, field)
    const filled: [string, string][] = []
    for (const [name, given] of Object.entries(patch)) {
      const value = given ?? (Object.hasOwn(stored, name) ? stored[name] : undefined)
      if (value === undefined) problems.push({ path: [field, name], message: NOTHING_TO_KEEP })
      if (value !== undefined) filled.push([name, value])
    }
    return Object.fromEntries(filled)
  }
  const fillClient = ({ clientSecret, ...rest }: NonNullable<ServerPatch['oauth']>) => {
    if (clientSecret === undefined) return rest
    if (clientSecret !== null) return { ...rest, clientSecret }
    const stored = current.type === 'STDIO' ? undefined : current.oauth?.clientSecret
    if (stored === undefined) {
      problems.push({ path: ['oauth', 'clientSecret'], message: NOTHING_TO_KEEP })
    }
    return { ...rest, clientSecret: stored }
  }
  const secrets = {
    ...(env && { env: fill('env', env) }),
    ...(headers && { headers: fill('headers', headers) }),
    ...(oauth !== undefined && { oauth: oauth ? fillClient(oauth) : undefined }),
  }
  if (problems.length > 0) throw new InvalidInput(problems)
  return secrets
}

const NOTHING_TO_KEEP = 'has no stored value that could be kept'

function storedSecrets(current: ServerDefinition, field: 'env' | 'headers'): SecretRecord {
  if (current.type === 'STDIO') return field === 'env' ? current.env : {}
  return field === 'headers' ? current.headers : {}
}
