import type { FoundDefinition, FoundEntry, FoundNote } from '../../../shared/add-server.ts'
import { findReferences } from '../references.ts'
import { coverArguments, coverText, coverUrl } from './covered.ts'
import type { Candidate, Definition } from './draft.ts'
import { fittingName } from './names.ts'

export type DescribeOptions = {
  key: string
  env: Record<string, string | undefined>
  /** Takes a name that nobody has, the nearest to this one. */
  claim: (name: string) => string
}

/** What a person is shown of a candidate; secrets stay behind. */
export function describe(candidate: Candidate, { key, env, claim }: DescribeOptions): FoundEntry {
  const { name } = candidate
  if ('problem' in candidate) {
    const { problem } = candidate
    const nothing = { description: '', definition: null, needs: [], notes: [], reads: [] }
    const off = { leftOut: [], ticked: false }
    return { key, name, willBeCalled: fittingName(name), problem, ...off, ...nothing }
  }
  const fitting = fittingName(name)
  const willBeCalled = claim(fitting)
  const notes: FoundNote[] = [
    ...(willBeCalled === fitting ? [] : (['name-taken'] as const)),
    ...(fitting === name ? [] : (['name-changed'] as const)),
    ...candidate.notes,
  ]
  const { needs, shown, description = '', leftOut = [], ticked = true } = candidate
  const reads = textsOf(shown)
    .flatMap(findReferences)
    .filter((one) => env[one] !== undefined)
  return {
    ...{ key, name, willBeCalled, description, needs, notes, leftOut, ticked, problem: null },
    definition: withoutSecrets(shown),
    reads: [...new Set(reads)],
  }
}

function withoutSecrets(shown: Definition): FoundDefinition {
  if (shown.type === 'STDIO') {
    const { type, command, args = [], env = {}, cwd = null } = shown
    return {
      type,
      command: coverText(command),
      args: coverArguments(args),
      cwd,
      envNames: Object.keys(env),
    }
  }
  const { type, url, headers = {}, bearerToken = null } = shown
  return {
    type,
    url: coverUrl(url),
    headerNames: Object.keys(headers),
    hasBearerToken: bearerToken !== null,
  }
}

function textsOf(shown: Definition): string[] {
  if (shown.type === 'STDIO') return [...(shown.args ?? []), ...Object.values(shown.env ?? {})]
  return [shown.url, ...Object.values(shown.headers ?? {}), shown.bearerToken ?? '']
}
