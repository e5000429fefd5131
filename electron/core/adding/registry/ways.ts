import type { FoundNote } from '../../../../shared/add-server.ts'
import type { Broken, Candidate, Definition, Draft } from '../draft.ts'
import { checkValues } from '../holes.ts'
import { nameOfPackage } from '../names.ts'
import { Needs, readArgument, type Filling, type LookUp } from './inputs.ts'
import type {
  KeyValueInput,
  RegistryArgument,
  RegistryPackage,
  RegistryRemote,
  ServerJson,
} from './server-json.ts'

type Runner = {
  command: string
  /** What the runner itself is told, before what it runs. */
  before: string[]
  identifier: string
  /** Between that and the arguments of the server. */
  after?: string[]
}

/**
 * The ways in which a server of the registry can be run or reached, the one to choose first in
 * front. Each is a server of its own to add; only the first is ticked.
 */
export function waysOf(server: ServerJson, notes: FoundNote[] = []): Candidate[] {
  const name = nameOfServer(server)
  const about = { name, description: server.description.slice(0, 2_000), notes }
  const reached = server.remotes.map((remote) => ({
    candidate: readRemote(remote, about),
    rank: remote.type === 'sse' ? 4 : 2,
  }))
  const run = server.packages.map((one) => ({
    candidate: readPackage(one, about),
    rank: PACKAGE_RANKS[one.registryType] ?? 5,
  }))
  const ways = [...reached, ...run]
    .map(({ candidate, rank }) => ({ candidate, rank: 'problem' in candidate ? 9 : rank }))
    .sort((one, other) => one.rank - other.rank)
    .map(({ candidate }) => candidate)
  if (ways.length === 0) return [{ name, problem: 'The registry does not say how to run it.' }]
  return ways.map((way, index) => (index === 0 ? way : { ...way, ticked: false }))
}

/** What starts on this machine by itself comes before what takes Docker. */
const PACKAGE_RANKS: Record<string, number> = { npm: 0, pypi: 1, oci: 3, nuget: 3 }

/** Of `com.stripe/mcp` the last word of the domain says more than what follows it. */
export function nameOfServer({ name }: Pick<ServerJson, 'name'>): string {
  const [domain = '', ...rest] = name.split('/')
  const owner = domain.split('.').at(-1) ?? ''
  return nameOfPackage([owner, ...rest].join('/'))
}

/** In a few words what adding it would run or reach; `null` where that is not known. */
export function shortWay({ packages, remotes }: ServerJson): string | null {
  const [first] = [...packages]
    .sort((one, other) => rankOf(one) - rankOf(other))
    .filter((one) => one.registryType in PACKAGE_RANKS)
  const [remote] = remotes
  if (first && (!remote || rankOf(first) < 2)) {
    return `${runnerOf(first)?.command ?? ''} ${first.identifier}`.trim()
  }
  return remote?.url ?? (packages[0] ? packages[0].identifier : null)
}

function rankOf({ registryType }: RegistryPackage): number {
  return PACKAGE_RANKS[registryType] ?? 5
}

type About = { name: string; description: string; notes: FoundNote[] }

function readRemote({ type, url, headers, variables }: RegistryRemote, about: About): Candidate {
  const needs = new Needs()
  const address = needs.template(url, variables ?? {})
  const fillHeaders = readPairs(headers ?? [], needs, true)
  return draft(about, needs, (lookUp) => ({
    type: type === 'sse' ? 'SSE' : 'STREAMABLE_HTTP',
    url: address(lookUp) ?? url,
    headers: fillHeaders(lookUp),
  }))
}

function readPackage(source: RegistryPackage, about: About): Candidate {
  const runner = runnerOf(source)
  if ('problem' in runner) return { name: about.name, problem: runner.problem }
  const needs = new Needs()
  const runtime = readArguments(source.runtimeArguments ?? [], needs)
  const own = readArguments(source.packageArguments ?? [], needs)
  const pairs = source.environmentVariables ?? []
  const env = readPairs(pairs, needs, false)
  const { command, before, identifier, after = [] } = runner
  return draft(about, needs, (lookUp) => {
    const given = runtime(lookUp)
    const filled = env(lookUp)
    const handedOn = command === 'docker' ? Object.keys(filled).flatMap((name) => ['-e', name]) : []
    const told = before.filter((word) => !given.includes(word))
    const rest = command === 'docker' && given[0] === 'run' ? given.slice(1) : given
    const args = [...told, ...rest, ...handedOn, identifier, ...after, ...own(lookUp)]
    return { type: 'STDIO', command, args, env: filled }
  })
}

function runnerOf(source: RegistryPackage): Runner | { command?: undefined; problem: string } {
  const { registryType, identifier, version, runtimeHint, transport } = source
  if (transport && transport.type !== 'stdio') {
    return { problem: `"${identifier}" is a web server to start by hand: add its address then.` }
  }
  const exact = version !== undefined && version !== '' && version !== 'latest'
  const at = exact ? `${identifier}@${version}` : identifier
  switch (registryType) {
    case 'npm':
      return runtimeHint === 'bunx'
        ? { command: 'bunx', before: [], identifier: at }
        : { command: 'npx', before: ['-y'], identifier: at }
    case 'pypi':
      return { command: 'uvx', before: [], identifier: at }
    case 'oci':
      return { command: 'docker', before: ['run', '-i', '--rm'], identifier: imageOf(source) }
    case 'nuget':
      return { command: 'dnx', before: [], identifier: at, after: ['--yes', '--'] }
    case 'mcpb':
      return { problem: `It comes as a bundle: get ${identifier}, and drop the file here.` }
    default:
      return { problem: `It comes from "${registryType}", from where MetaMCP cannot run servers.` }
  }
}

function imageOf({ identifier, version, registryBaseUrl }: RegistryPackage): string {
  const hasTag = /[:@][^/]*$/.test(identifier)
  const tagged =
    hasTag || version === undefined || version === '' ? identifier : `${identifier}:${version}`
  const host = registryBaseUrl?.replace(/^https?:\/\//, '').replace(/\/$/, '') ?? ''
  const isNamed = host === '' || host === 'docker.io' || tagged.startsWith(`${host}/`)
  return isNamed ? tagged : `${host}/${tagged}`
}

function readArguments(list: RegistryArgument[], needs: Needs): (lookUp: LookUp) => string[] {
  const all = list.map((argument, index) => readArgument(argument, index, needs))
  return (lookUp) => all.flatMap((words) => words(lookUp))
}

function readPairs(list: KeyValueInput[], needs: Needs, isHeader: boolean) {
  const pairs = list.map((pair): [string, Filling] => {
    const { name } = pair
    return [
      name,
      needs.read(pair, { id: name, name, secret: isHeader && pair.value === undefined }),
    ]
  })
  return (lookUp: LookUp): Record<string, string> => {
    const filled = pairs.flatMap(([name, filling]) => {
      const value = filling(lookUp)
      return value === null ? [] : [[name, value] as const]
    })
    return Object.fromEntries(filled)
  }
}

function draft(about: About, needs: Needs, make: (lookUp: LookUp) => Definition): Draft | Broken {
  const list = needs.list()
  return {
    ...about,
    needs: list,
    build(values) {
      checkValues(list, values)
      return make((need) => {
        const value = values[need.id] ?? need.default ?? ''
        return value === '' ? null : value
      })
    },
    shown: make(
      ({ name, required, default: standard }) => standard ?? (required ? `‹${name}›` : null),
    ),
  }
}
