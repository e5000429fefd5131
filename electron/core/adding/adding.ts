import type { z } from 'zod'
import type {
  AddInput,
  Found,
  FoundEntry,
  FoundFormat,
  FoundNote,
  RegistryAnswer,
} from '../../../shared/add-server.ts'
import type { ServerInput } from '../../../shared/server.ts'
import { AppError } from '../errors.ts'
import { InvalidInput, problemsOf, problemText } from '../problems.ts'
import type { Bundles } from './bundles/bundles.ts'
import { describe } from './describe.ts'
import type { Candidate, Draft } from './draft.ts'
import { freeName } from './names.ts'
import { draftServers } from './paste/drafts.ts'
import { readPasted } from './paste/read-pasted.ts'
import { openPending } from './pending.ts'
import type { Registry } from './registry/registry.ts'
import { serverJson, type ServerJson } from './registry/server-json.ts'
import { waysOf } from './registry/ways.ts'

export type AddingOptions = {
  env: Record<string, string | undefined>
  /** Names of servers that exist. */
  takenNames: () => string[]
  isOwnUrl: (url: string) => boolean
  /** Creates all of them or none, as members of the namespace if one is named; their ids, in order. */
  create: (servers: ServerInput[], namespaceId: string | null) => Promise<string[]>
  registry: Registry
  bundles: Bundles
  now?: () => number
}

/** Reads what people have of servers, and makes servers of it. */
export interface Adding {
  readText(text: string): Found
  /** An `.mcpb` file. Throws AppError `invalid`. */
  readBundle(bytes: Uint8Array): Found
  /** The ways to run or reach a server of the registry. Rejects AppError `not-found`. */
  readRegistry(id: string): Promise<Found>
  /** What the copy of the registry knows of these words. */
  search(text: string): Promise<RegistryAnswer>
  /** Begins to bring that copy up to date, if it is time. */
  freshen(): Promise<void>
  /** Ids of what was made, in the order of the choices. */
  add(input: AddInput): Promise<string[]>
  /** One that a person filled in; its id. */
  create(server: ServerInput, namespaceId: string | null): Promise<string[]>
  close(): void
}

const NOTHING: Found = {
  ...{ token: null, format: null, entries: [], isEither: false, problem: null, words: null },
}
/** Formats in which the entries are ways to have one server. */
const EITHER: readonly FoundFormat[] = ['registry', 'server-json']

export function openAdding(options: AddingOptions): Adding {
  const { env, isOwnUrl, registry, bundles, now = Date.now } = options
  const pending = openPending(now)

  function offer(format: FoundFormat, candidates: Candidate[]): Found {
    const isEither = EITHER.includes(format)
    const entries = describeAll(candidates, { env, isEither, taken: options.takenNames() })
    const drafts = candidates.flatMap((candidate, index): [string, Draft][] =>
      'build' in candidate ? [[String(index), candidate]] : [],
    )
    const token = drafts.length > 0 ? pending.keep(new Map(drafts)) : null
    return { ...NOTHING, token, format, entries, isEither }
  }

  const offerWays = (format: FoundFormat, server: ServerJson, notes: FoundNote[] = []) =>
    offer(format, waysOf(server, notes))

  return {
    readText(text) {
      const pasted = readPasted(text)
      if (pasted.kind === 'problem') return { ...NOTHING, problem: pasted.problem }
      if (pasted.kind === 'words') return { ...NOTHING, words: pasted.words }
      if (pasted.kind === 'server-json') {
        const read = serverJson.safeParse(pasted.value)
        if (!read.success) return { ...NOTHING, problem: notServerJson(read.error) }
        return offerWays('server-json', read.data)
      }
      return offer(pasted.format, draftServers(pasted, { env, isOwnUrl }))
    },
    readBundle: (bytes) => offer('bundle', [bundles.read(bytes)]),
    async readRegistry(id) {
      const found = await registry.get(id)
      if (!found) throw new AppError('not-found', `The registry has no server named "${id}".`)
      return offerWays('registry', found.server, found.deprecated ? ['deprecated'] : [])
    },
    search: (text) => registry.search(text),
    freshen: () => registry.freshen(),
    async add({ token, choices, namespaceId }) {
      const drafts = pending.get(token)
      const servers: ServerInput[] = []
      for (const choice of choices) servers.push(await buildOne(drafts.get(choice.key), choice))
      const ids = await options.create(servers, namespaceId)
      pending.drop(token)
      return ids
    },
    create: (server, namespaceId) => options.create([server], namespaceId),
    close: () => pending.clear(),
  }
}

function notServerJson(error: z.ZodError): string {
  return `This server.json cannot be read: ${problemsOf(error).map(problemText).join('; ')}.`
}

type DescribeAllOptions = { env: AddingOptions['env']; isEither: boolean; taken: string[] }

/** Each gets a name that neither a server has nor, unless one of them is enough, another of them. */
function describeAll(candidates: Candidate[], options: DescribeAllOptions): FoundEntry[] {
  const { env, isEither } = options
  const taken = new Set(options.taken.map((name) => name.toLowerCase()))
  const claim = (name: string) => {
    const free = freeName(name, (one) => taken.has(one.toLowerCase()))
    if (!isEither) taken.add(free.toLowerCase())
    return free
  }
  return candidates.map((candidate, index) =>
    describe(candidate, { key: String(index), env, claim }),
  )
}

type Choice = AddInput['choices'][number]

/** Rejects InvalidInput whose paths begin with the key of the choice. */
async function buildOne(draft: Draft | undefined, choice: Choice): Promise<ServerInput> {
  if (!draft) throw new AppError('not-found', `There is nothing to add as "${choice.name}".`)
  try {
    const definition = await draft.build(choice.values)
    const { description } = draft
    return { ...(description && { description }), ...definition, name: choice.name }
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error
    throw new InvalidInput(
      error.problems.map((problem) => ({ ...problem, path: [choice.name, ...problem.path] })),
    )
  }
}
