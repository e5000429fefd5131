const LONGEST = 32

/**
 * A name of a client's server, made one that a server may have here: letters, digits, "-" and single
 * "_", and not taken (in any case); `-2` and so on where it is.
 */
export function freeName(name: string, taken: ReadonlySet<string>): string {
  const plain = name
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^A-Za-z0-9_-]+/g, '-')
    .replaceAll(/_{2,}/g, '_')
    .replace(/^[^A-Za-z0-9]+/, '')
  const base = cut(plain, LONGEST) || 'server'
  for (let count = 1; ; count++) {
    const suffix = count === 1 ? '' : `-${count}`
    const free = cut(base, LONGEST - suffix.length) + suffix
    if (!taken.has(free.toLowerCase())) return free
  }
}

function cut(name: string, length: number): string {
  return name.slice(0, length).replace(/[_-]+$/, '')
}
