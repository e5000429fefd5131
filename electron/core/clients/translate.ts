import type { Machine } from '../machine.ts'
import type { Target } from './entry.ts'

/** What a client's entry means here, or why it cannot mean the same. */
export function translated(
  target: Target,
  machine: Machine,
): { target: Target; problem: string | null } {
  const problems: string[] = []
  const text = (source: string) => translateText(source, machine, problems)
  const record = (values: Record<string, string>) =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [name, text(value)]))
  const result: Target = {
    ...target,
    command: text(target.command),
    args: target.args.map(text),
    cwd: target.cwd === null ? null : text(target.cwd),
    url: text(target.url),
    env: record(target.env),
    headers: record(target.headers),
  }
  return { target: result, problem: problems[0] ?? null }
}

/**
 * Clients write variables as `${NAME}`, `${env:NAME}`, `{env:NAME}` or `${NAME:-else}`; here only the
 * first is one.
 */
function translateText(source: string, { home, env }: Machine, problems: string[]): string {
  return source
    .replaceAll(/(?<!\$)\{env:(\w+)\}/g, '${$1}')
    .replaceAll(/\$\{([^}]*)\}/g, (whole, inside: string) => {
      if (/^[A-Za-z_]\w*$/.test(inside))
        return inside === 'userHome' ? home : meantHere(inside, problems)
      const [, name, otherwise] = /^(?:env:)?([A-Za-z_]\w*)(?::-(.*))?$/s.exec(inside) ?? []
      if (name !== undefined) {
        return otherwise !== undefined && env[name] === undefined ? otherwise : `\${${name}}`
      }
      problems.push(
        inside.startsWith('input:') || inside.startsWith('prompt:')
          ? `It asks for "${inside.slice(inside.indexOf(':') + 1)}" when it starts. Add it by hand.`
          : `It uses ${whole}, which only its client knows. Add it by hand.`,
      )
      return whole
    })
}

/** Names that editors fill in themselves. */
function meantHere(name: string, problems: string[]): string {
  if (/^(workspace|workspaceFolder|workspaceFolderBasename|file|pathSeparator)$/.test(name)) {
    problems.push(`It uses \${${name}}, which only its client knows. Add it by hand.`)
  }
  return `\${${name}}`
}
