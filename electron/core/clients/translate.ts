import type { ServerInput } from '../../../shared/server.ts'
import type { Machine } from '../machine.ts'

/** What a client's server means here, or why it cannot mean the same. */
export function translated(
  server: ServerInput,
  machine: Machine,
): { server: ServerInput; problem: string | null } {
  const problems: string[] = []
  const text = (source: string) => translateText(source, machine, problems)
  const record = (values: Record<string, string> = {}) =>
    Object.fromEntries(
      Object.entries(values).map(([name, value]) => [name, text(referring(value, machine))]),
    )
  const result: ServerInput =
    server.type === 'STDIO'
      ? {
          ...server,
          command: text(server.command),
          args: (server.args ?? []).map(text),
          env: record(server.env),
          ...(typeof server.cwd === 'string' && { cwd: text(server.cwd) }),
        }
      : {
          ...server,
          url: text(server.url),
          headers: record(server.headers),
          ...(typeof server.bearerToken === 'string' && { bearerToken: text(server.bearerToken) }),
        }
  return { server: result, problem: problems[0] ?? null }
}

/** Gemini CLI also writes `$NAME`, where others may mean a dollar. */
function referring(value: string, { env }: Machine): string {
  return value.replace(/(?<=^(?:Bearer )?)\$([A-Z_][A-Z0-9_]*)$/, (whole, name: string) =>
    env[name] === undefined ? whole : `\${${name}}`,
  )
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
