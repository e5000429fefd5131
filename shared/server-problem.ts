/** What a command comes with, where that is known. */
export type CommandTool = 'node' | 'uv' | 'docker' | 'python' | 'deno' | 'bun'

/**
 * Why a server does not work, in facts; words are made of them where they are shown (see
 * `problemWords`). Times are ms since 1970, durations ms. No fact holds a secret.
 */
export type ServerProblem =
  /** `folders`: how many of PATH were searched; 0 for a command that is a path itself. */
  | { code: 'command-not-found'; command: string; folders: number; tool: CommandTool | null }
  | { code: 'not-executable'; command: string }
  | { code: 'folder-missing'; folder: string }
  /** `field` of the definition, such as `env.TOKEN`, refers to the variable `name`. */
  | { code: 'variable-missing'; name: string; field: string }
  | {
      code: 'exited'
      exitCode: number | null
      signal: string | null
      afterMs: number
      /** Of what it wrote to stderr, the line that tells most; `''` when it wrote nothing. */
      lastLine: string
    }
  /** It came up and went down `times` in a minute. */
  | { code: 'stops-often'; times: number; retryAt: number; lastLine: string }
  /** `step`: how far it got, in words of the protocol. */
  | { code: 'no-answer'; timeoutMs: number; step: string }
  | { code: 'sign-in-needed'; host: string }
  | { code: 'sign-in-expired'; host: string; at: number }
  | { code: 'token-refused'; host: string; status: number }
  | { code: 'host-not-found'; host: string }
  | { code: 'nothing-listens'; host: string; port: number }
  /** `reason` is a code such as DEPTH_ZERO_SELF_SIGNED_CERT. */
  | { code: 'certificate'; host: string; reason: string }
  /** `suggestion`: an address that is worth a try. */
  | { code: 'not-mcp'; url: string; suggestion: string | null }
  | { code: 'moved'; url: string; to: string }
  /** Nobody has seen and allowed what it runs. */
  | { code: 'not-approved' }
  /** The server's own words. */
  | { code: 'refused'; message: string }
  | { code: 'other'; message: string }

/** What a person can do about it; a button each. */
export type ServerFix =
  | 'review'
  | 'choose-command'
  | 'choose-folder'
  | 'enter-value'
  | 'show-log'
  | 'start-again'
  | 'start-now'
  | 'wait-longer'
  | 'sign-in'
  | 'sign-in-again'
  | 'replace-token'
  | 'edit-url'
  | 'use-url'
  | 'try-again'
  | 'edit'
  | 'copy-details'

const FIXES: Record<ServerProblem['code'], readonly ServerFix[]> = {
  'command-not-found': ['choose-command', 'copy-details'],
  'not-executable': ['choose-command', 'copy-details'],
  'folder-missing': ['choose-folder', 'copy-details'],
  'variable-missing': ['enter-value', 'start-again'],
  exited: ['show-log', 'start-again'],
  'stops-often': ['start-now', 'show-log'],
  'no-answer': ['wait-longer', 'show-log'],
  'sign-in-needed': ['sign-in'],
  'sign-in-expired': ['sign-in-again'],
  'token-refused': ['replace-token', 'try-again'],
  'host-not-found': ['edit-url', 'try-again'],
  'nothing-listens': ['edit-url', 'try-again'],
  certificate: ['edit-url', 'try-again'],
  'not-mcp': ['use-url', 'edit-url', 'try-again'],
  moved: ['use-url', 'edit-url'],
  'not-approved': ['review'],
  refused: ['try-again', 'show-log'],
  other: ['try-again', 'edit', 'copy-details'],
}

/** The ways out, the best first. */
export function problemFixes(problem: ServerProblem): ServerFix[] {
  const has = (fix: ServerFix) => fix !== 'use-url' || betterUrl(problem) !== null
  return FIXES[problem.code].filter(has)
}

/** The address to use instead; `null` where none is known. */
export function betterUrl(problem: ServerProblem): string | null {
  if (problem.code === 'not-mcp') return problem.suggestion
  return problem.code === 'moved' ? problem.to : null
}

/** A text of `shared/locales`, and what goes into it. */
export type Words = { key: string; values: Record<string, string | number> }

/** What happened in at most 32 characters or so, and why in a sentence. */
export function problemWords(problem: ServerProblem): { headline: Words; sentence: Words } {
  const variant = variantOf(problem)
  const values = valuesOf(problem)
  const key = (part: string) => `problem.${problem.code}.${part}`
  return {
    headline: { key: key(/signal/i.test(variant) ? 'headlineSignal' : 'headline'), values },
    sentence: { key: key(SENTENCES[variant]), values },
  }
}

type Variant = 'plain' | 'tool' | 'path' | 'quiet' | 'signal' | 'quietSignal'

const SENTENCES: Record<Variant, string> = {
  plain: 'sentence',
  tool: 'sentenceTool',
  path: 'sentencePath',
  quiet: 'sentenceQuiet',
  signal: 'sentence',
  quietSignal: 'sentenceQuiet',
}

function variantOf(problem: ServerProblem): Variant {
  const { code } = problem
  if (code === 'command-not-found') {
    if (problem.folders === 0) return 'path'
    return problem.tool === null ? 'plain' : 'tool'
  }
  if (code === 'exited') {
    if (problem.lastLine === '') return problem.signal === null ? 'quiet' : 'quietSignal'
    return problem.signal === null ? 'plain' : 'signal'
  }
  return code === 'not-mcp' && problem.suggestion === null ? 'quiet' : 'plain'
}

const TOOL_NAMES: Record<CommandTool, string> = {
  node: 'Node.js',
  uv: 'uv',
  docker: 'Docker',
  python: 'Python',
  deno: 'Deno',
  bun: 'Bun',
}

/** The facts as they are said: short names, seconds. */
function valuesOf(problem: ServerProblem): Words['values'] {
  const { code: _, ...facts } = problem
  const values = Object.entries(facts).flatMap(([name, value]): [string, string | number][] =>
    value === null ? [] : [[name, value]],
  )
  return { ...Object.fromEntries(values), ...spoken(problem) }
}

function spoken(problem: ServerProblem): Words['values'] {
  const { code } = problem
  const inSeconds = (ms: number) => ({ seconds: Math.round(ms / 100) / 10 })
  if (code === 'exited') return inSeconds(problem.afterMs)
  if (code === 'no-answer') return inSeconds(problem.timeoutMs)
  if (code === 'not-executable') return { name: fileName(problem.command) }
  if (code !== 'command-not-found') return {}
  const { command, tool } = problem
  return { name: fileName(command), ...(tool && { tool: TOOL_NAMES[tool] }) }
}

function fileName(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? path
}
