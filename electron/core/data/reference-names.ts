import { findReferences } from '../references.ts'

/** What stands in a text that is all scheme and reference: `Bearer ${TOKEN}`. */
const SCHEME = /^\s*(?:bearer|basic|token)?\s*$/i
const REFERENCE = /\$\{[A-Za-z_][A-Za-z0-9_]*\}/g

/** Gives secrets names, so that a file can go round without them. */
export interface ReferenceNames {
  /** `${NAME}` for a secret; a text that only refers to others stays as it is. */
  refer(secret: string, wishes: readonly string[]): string
  /** All names that stand in the file, in order of their first use. */
  list(): string[]
}

export function openReferenceNames(): ReferenceNames {
  const secretOf = new Map<string, string | null>()

  const isFree = (name: string, secret: string) => {
    return !isWithheld(name) && (!secretOf.has(name) || secretOf.get(name) === secret)
  }
  return {
    refer(secret, wishes) {
      const known = findReferences(secret)
      if (known.length > 0 && SCHEME.test(secret.replaceAll(REFERENCE, ''))) {
        // Somebody else's secret: it may not be given away a second time.
        for (const name of known) if (!secretOf.has(name)) secretOf.set(name, null)
        return secret
      }
      const names = wishes.map(asName)
      const last = names.at(-1) ?? 'SECRET'
      let name = names.find((one) => isFree(one, secret))
      for (let count = 2; name === undefined; count++) {
        const next = `${last}_${count}`
        if (isFree(next, secret)) name = next
      }
      secretOf.set(name, secret)
      return `\${${name}}`
    },
    list: () => [...secretOf.keys()],
  }
}

function asName(wish: string): string {
  const name = wish
    .toUpperCase()
    .replaceAll(/[^A-Z0-9]+/g, '_')
    .replaceAll(/^_+|_+$/g, '')
  return /^[A-Z]/.test(name) ? name : `_${name}`
}

/** Those that references.ts hands to nobody. */
function isWithheld(name: string): boolean {
  return name.startsWith('METAMCP_') || name === 'DATABASE_URL'
}
