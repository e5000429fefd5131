import { problemWords, type ServerProblem, type Words } from './server-problem.ts'
import type { ServerView } from './server.ts'

type StateTone = 'ok' | 'busy' | 'warn' | 'bad' | 'off'

export type ServerStateKey =
  'running' | 'starting' | 'idle' | 'failed' | 'sign-in-needed' | 'waiting' | 'off'

/** What is said of a server wherever it is shown: window, tray, notification. */
export type ShownServerState = {
  key: ServerStateKey
  tone: StateTone
  /** A person has to do something, or it stays broken. */
  needsYou: boolean
  /** What is wrong, also while another try of a server that failed is under way. */
  problem: ServerProblem | null
  /** The state in a word or a few, of `shared/locales`. */
  words: Words
  /** Only while it starts: since when (ms since 1970), and what it may be fetching. */
  since: number | null
  download: string | null
}

type Facts = Pick<
  ServerView,
  'state' | 'problem' | 'signIn' | 'startedAt' | 'url' | 'command' | 'args' | 'enabled'
>

/** The one function that turns facts into a state. */
export function serverState(server: Facts): ShownServerState {
  const problem = problemOf(server)
  const isStarting = server.state === 'starting'
  const since = isStarting ? server.startedAt : null
  const download = isStarting ? downloadOf(server) : null
  const common = { problem, since, download, needsYou: problem !== null }
  if (server.state === 'disabled' || !server.enabled) {
    return { ...common, ...plain('off', 'off'), problem: null, needsYou: false }
  }
  if (problem?.code === 'not-approved') return { ...common, ...plain('waiting', 'warn') }
  if (isStarting) return { ...common, ...plain('starting', 'busy') }
  if (problem?.code === 'sign-in-needed' || problem?.code === 'sign-in-expired') {
    return { ...common, key: 'sign-in-needed', tone: 'warn', words: problemWords(problem).headline }
  }
  if (server.state === 'failed') {
    const words = problem ? problemWords(problem).headline : plain('failed', 'bad').words
    return { ...common, key: 'failed', tone: 'bad', needsYou: true, words }
  }
  if (server.state === 'running') return { ...common, ...plain('running', 'ok') }
  return { ...common, ...plain('idle', 'off') }
}

/** What it takes to start, counted in seconds of `now`; the same as `words` in every other state. */
export function wordsAt({ words, since, download }: ShownServerState, now: number): Words {
  const seconds = since === null ? 0 : Math.floor((now - since) / 1_000)
  if (seconds < 1) return words
  if (download === null || seconds < QUICK_S) {
    return { key: 'state.startingFor', values: { seconds } }
  }
  return { key: 'state.downloadingFor', values: { download, seconds } }
}

/** Starts without a download are over by then, mostly. */
const QUICK_S = 4

/** How many of them wait for a person. */
export function needsYou(servers: readonly Facts[]): number {
  return servers.filter((server) => serverState(server).needsYou).length
}

/**
 * What a command that fetches before it runs (npx, uvx, docker) is told to fetch: the name of the
 * package or image; `null` for all others.
 */
export function downloadOf({ command, args = [] }: Pick<Facts, 'command' | 'args'>): string | null {
  const name = command
    ?.split(/[\\/]/)
    .at(-1)
    ?.replace(/\.(exe|cmd)$/i, '')
  if (name === 'docker' || name === 'podman') return imageOf(args)
  if (name !== 'npx' && name !== 'uvx' && name !== 'bunx' && name !== 'pipx') return null
  const named = args.findIndex((arg) => NAMES_PACKAGE.has(arg))
  if (named >= 0) return args[named + 1] ?? null
  const rest = name === 'pipx' && args[0] === 'run' ? args.slice(1) : args
  return rest.find((arg) => !arg.startsWith('-')) ?? null
}

const NAMES_PACKAGE = new Set(['-p', '--package', '--from'])
/** Options of `docker run` whose value is an argument of its own. */
const WITH_VALUE = new Set(
  '-e --env -v --volume --mount --name --network --net -p --publish -u --user -w --workdir --entrypoint --env-file --platform -m --memory --cpus --add-host -l --label --pull'.split(
    ' ',
  ),
)

function imageOf(args: string[]): string | null {
  const run = args.indexOf('run')
  if (run < 0) return null
  for (let at = run + 1; at < args.length; at++) {
    const arg = args[at] ?? ''
    if (!arg.startsWith('-')) return arg
    if (WITH_VALUE.has(arg)) at++
  }
  return null
}

function plain(key: ServerStateKey, tone: StateTone) {
  return { key, tone, words: { key: `state.${key}`, values: {} } }
}

function problemOf({ problem, signIn, url, state }: Facts): ServerProblem | null {
  if (problem?.code === 'sign-in-needed' || problem?.code === 'sign-in-expired') return problem
  if (signIn === 'needed') return { code: 'sign-in-needed', host: hostOf(url) }
  if (problem || state !== 'failed') return problem
  return { code: 'other', message: '' }
}

function hostOf(url: string | undefined): string {
  return url !== undefined && URL.canParse(url) ? new URL(url).host : ''
}
