import { API_KEY, API_KEY_SHAPE } from '../../shared/api-key.ts'
import { configFile, type ConfigFile, type ConfigServer } from '../../shared/config-file.ts'
import type { MiddlewareEntry } from '../../shared/middleware.ts'
import { parseJsonc } from './jsonc.ts'
import { InvalidInput, problemsOf, type Problem } from './problems.ts'
import { fillReferences, findReferences, readReference, UnknownReference } from './references.ts'

type Environment = Record<string, string | undefined>

export const CONFIG_INTRO = 'The config file is not valid:\n  '

/**
 * Reads a `metamcp.json`. References to environment variables stay in servers, where they are filled
 * in for each connection, but must be set now; keys and words of `redact` are filled in here.
 * Throws one InvalidInput that lists every mistake with its path.
 */
export function parseConfigFile(text: string, env: Environment): ConfigFile {
  const result = configFile.safeParse(parseJsonc(text, CONFIG_INTRO))
  if (!result.success) throw new InvalidInput(problemsOf(result.error), CONFIG_INTRO)
  const file = result.data
  const unset = unsetReferences(file, env)
  if (unset.length > 0) throw new InvalidInput(unset, CONFIG_INTRO)
  const apiKeys = Object.entries(file.apiKeys).map(
    ([name, entry]) => [name, { ...entry, key: fillReferences(entry.key, env) }] as const,
  )
  const misshapen = apiKeys.filter(([, { key }]) => !API_KEY.test(key))
  if (misshapen.length > 0) {
    const problems = misshapen.map(([name]) => ({ path: keyPath(name), message: API_KEY_SHAPE }))
    throw new InvalidInput(problems, CONFIG_INTRO)
  }
  const namespaces = Object.entries(file.namespaces).map(([name, namespace]) => {
    const middleware = namespace.middleware?.map((entry) => withWords(entry, env))
    return [name, { ...namespace, ...(middleware && { middleware }) }] as const
  })
  return {
    ...{ ...file, apiKeys: Object.fromEntries(apiKeys) },
    namespaces: Object.fromEntries(namespaces),
  }
}

/** Words that `redact` hides may be passwords: references there are filled in, as in keys. */
export function hiddenWords({ namespaces }: ConfigFile): { path: Problem['path']; text: string }[] {
  return Object.entries(namespaces).flatMap(([name, { middleware = [] }]) =>
    middleware.flatMap((entry, at) =>
      wordsOf(entry).flatMap((text, word) =>
        typeof text === 'string'
          ? [{ path: ['namespaces', name, 'middleware', at, 'words', word], text }]
          : [],
      ),
    ),
  )
}

function withWords(entry: MiddlewareEntry, env: Environment): MiddlewareEntry {
  const words = wordsOf(entry)
  if (words.length === 0) return entry
  const filled = words.map((one) => (typeof one === 'string' ? fillReferences(one, env) : one))
  return { ...entry, words: filled }
}

function wordsOf({ use, ...options }: MiddlewareEntry): unknown[] {
  const { words } = options
  return use === 'redact' && Array.isArray(words) ? words : []
}

function unsetReferences(file: ConfigFile, env: Environment): Problem[] {
  const texts = [
    ...Object.entries(file.mcpServers).flatMap(([name, server]) => serverTexts(name, server)),
    ...hiddenWords(file),
    ...Object.entries(file.apiKeys).map(([name, { key }]) => ({ path: keyPath(name), text: key })),
  ]
  return texts.flatMap(({ path, text }) =>
    findReferences(text)
      .filter((name) => readReference(name, env) === undefined)
      .map((name) => ({ path, message: new UnknownReference(name).message })),
  )
}

/** The strings of a server in which a reference stands for something. */
function serverTexts(
  name: string,
  server: ConfigServer,
): { path: Problem['path']; text: string }[] {
  const { url, bearerToken, args = [], env = {}, headers = {}, oauth } = server
  const client = { clientId: oauth?.clientId, clientSecret: oauth?.clientSecret }
  const at = (...rest: Problem['path']) => ['mcpServers', name, ...rest]
  return [
    ...(url ? [{ path: at('url'), text: url }] : []),
    ...(bearerToken ? [{ path: at('bearerToken'), text: bearerToken }] : []),
    ...args.map((text, index) => ({ path: at('args', index), text })),
    ...Object.entries(env).map(([key, text]) => ({ path: at('env', key), text })),
    ...Object.entries(headers).map(([key, text]) => ({ path: at('headers', key), text })),
    ...Object.entries(client).map(([key, text = '']) => ({ path: at('oauth', key), text })),
  ]
}

function keyPath(name: string): Problem['path'] {
  return ['apiKeys', name, 'key']
}
