import type { Server } from '../../../shared/server.ts'
import { messageOf } from '../errors.ts'
import { fillReferences, findReferences, readReference, UnknownReference } from '../references.ts'
import { KnownProblem } from './known-problem.ts'

type Environment = Record<string, string | undefined>
export type StdioServer = Extract<Server, { type: 'STDIO' }>
export type RemoteServer = Exclude<Server, { type: 'STDIO' }>

/** Below this length a "secret" is a word like `true`, and masking it would garble messages. */
const SHORTEST_SECRET = 6

/** A definition with its references replaced; only ever held while a connection is made. */
export type Filled<S extends Server> = S & {
  /** Hides every secret of this server in a text that people or callers will see. */
  mask: (text: string) => string
}

/** Throws a KnownProblem whose message names the field and the variable that is not set. */
export function fillDefinition(server: Server, env: Environment): Filled<Server> {
  const secrets: string[] = []
  const fill = (field: string, text: string) => {
    try {
      const names = findReferences(text)
      secrets.push(...names.map((name) => readReference(name, env) ?? ''))
      return fillReferences(text, env)
    } catch (error) {
      const name = error instanceof UnknownReference ? error.variable : null
      throw new KnownProblem(
        `Its field ${field} cannot be filled in. ${messageOf(error)}`,
        name === null ? null : { code: 'variable-missing', name, field },
        { cause: error },
      )
    }
  }
  const fillAll = (field: string, record: Record<string, string>) => {
    const entries = Object.entries(record).map(
      ([name, text]) => [name, fill(`${field}.${name}`, text)] as const,
    )
    secrets.push(...entries.map(([, text]) => text))
    return Object.fromEntries(entries)
  }
  const mask = (text: string) => maskSecrets(text, secrets)
  if (server.type === 'STDIO') {
    const args = server.args.map((text, index) => fill(`args[${index}]`, text))
    return { ...server, args, env: fillAll('env', server.env), mask }
  }
  const url = fill('url', server.url)
  if (!/^https?:/i.test(url) || !URL.canParse(url)) {
    throw new Error('Its url is not an http or https URL once its references are filled in.')
  }
  const headers = fillAll('headers', server.headers)
  const token = server.bearerToken === null ? null : fill('bearerToken', server.bearerToken)
  // `Authorization: Basic abc`: what must not be told is also the second word alone.
  secrets.push(token ?? '', ...Object.values(headers).flatMap((text) => text.split(' ').slice(1)))
  return { ...server, url, headers, bearerToken: token, mask }
}

function maskSecrets(text: string, secrets: string[]): string {
  const long = secrets.filter((secret) => secret.length >= SHORTEST_SECRET)
  // Longest first: a secret inside another one must not leave the rest of it readable.
  return long
    .sort((one, other) => other.length - one.length)
    .reduce((masked, secret) => masked.replaceAll(secret, '•••'), text)
}
