/**
 * `${NAME}` in a string of a definition stands for an environment variable. Definitions keep the
 * reference; the value is put in at the last moment, when a connection is made or a key is applied.
 */

const REFERENCE = /\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g

type Environment = Record<string, string | undefined>

/** Thrown by `fillReferences`; the message is a sentence that names the variable. */
export class UnknownReference extends Error {
  readonly variable: string

  constructor(variable: string) {
    super(
      isWithheld(variable)
        ? `\${${variable}} is one of our own variables and is never handed out.`
        : `The environment variable ${variable} is not set.`,
    )
    this.name = 'UnknownReference'
    this.variable = variable
  }
}

/** The names referred to in `text`, each once, in the order they appear. */
export function findReferences(text: string): string[] {
  return [...new Set(Array.from(text.matchAll(REFERENCE), ([, name = '']) => name))]
}

/** The value a reference to `name` stands for; `undefined` when it is not set or withheld. */
export function readReference(name: string, env: Environment): string | undefined {
  return isWithheld(name) ? undefined : env[name]
}

/** `text` with each reference replaced, once: a value is never searched for references itself. */
export function fillReferences(text: string, env: Environment): string {
  return text.replaceAll(REFERENCE, (_, name: string) => {
    const value = readReference(name, env)
    if (value === undefined) throw new UnknownReference(name)
    return value
  })
}

/**
 * Our own secrets (METAMCP_SECRET_KEY, METAMCP_ADMIN_TOKEN, the database's password) would
 * otherwise be one `${…}` away from any server somebody can define.
 */
function isWithheld(name: string): boolean {
  const upper = name.toUpperCase()
  return upper.startsWith('METAMCP_') || upper === 'DATABASE_URL'
}
