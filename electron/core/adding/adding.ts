import type { z } from 'zod'
import type {
  AddInput,
  Found,
  FoundEntry,
  FoundFormat,
  FoundNote,
  RegistryAnswer,
} from '../../../shared/add-server.ts'
import type { NewServer, ServerInput } from '../../../shared/server.ts'
import type { Access } from '../access.ts'
import { AppError } from '../errors.ts'
import { InvalidInput, problemsOf, problemText } from '../problems.ts'
import type { Bundles } from './bundles/bundles.ts'
import { describe } from './describe.ts'
import type { Candidate, Definition, Draft } from './draft.ts'
import { freeName } from './names.ts'
import { draftServers } from './paste/drafts.ts'
import { readPasted } from './paste/read-pasted.ts'
import { openPending } from './pending.ts'
import type { Registry } from './registry/registry.ts'
import { serverJson } from './registry/server-json.ts'
import { waysOf } from './registry/ways.ts'

export type AddingOptions = {
  env: Record<string, string | undefined>
  /** Names of servers that exist. */
  takenNames: (accountId: string | null) => string[]
  isOwnUrl: (url: string) => boolean
  /** Why the caller may not have such a server; `null`: they may. */
  refusal?: (access: Access, server: Definition) => string | null
  create: AddServers
  registry: Registry
  bundles: Bundles
  now?: () => number
}

/**
 * Creates all of them or none for the caller, as members of the namespace if one is named; resolves
 * with their ids, in order. Rejects with an AppError.
 */
export type AddServers = (
  access: Access,
  servers: NewServer[],
  namespaceId: string | null,
) => Promise<string[]>

/** Reads what people have of servers, and makes servers of it. */
export interface Adding {
  readText(access: Access, text: string): Found
  /** An `.mcpb` file. Throws AppError `invalid`. */
  readBundle(access: Access, bytes: Uint8Array): Found
  /** The ways to run or reach a server of the registry. Rejects AppError `not-found`. */
  readRegistry(access: Access, id: string): Promise<Found>
  /** What the copy of the registry knows of these words. */
  search(text: string): Promise<RegistryAnswer>
  /** Begins to bring that copy up to date, if it is time. */
  freshen(): Promise<void>
  /** Ids of what was made, in the order of the choices. */
  add(access: Access, input: AddInput): Promise<string[]>
  /** One that a person filled in; its id. */
  create(access: Access, server: NewServer, namespaceId: string | null): Promise<string[]>
  close(): void
}

const NOTHING: Found = {
  ...{ token: null, format: null, entries: [], isEither: false, problem: null, words: null },
}
/** Formats in which the entries are ways to have one server. */
const EITHER: readonly FoundFormat[] = ['registry', 'server-json']

export function openAdding(options: AddingOptions): Adding {
  const { isOwnUrl, refusal = () => null, registry, bundles, now = Date.now } = options
  const pending = openPending(now)

  /** What is set on this computer is for administrators. */
  const envFor = ({ isAdmin }: Access) => (isAdmin ? options.env : {})

  function offer(access: Access, format: FoundFormat, found: Candidate[]): Found {
    const candidates = found.map((one) => unlessRefused(one, (shown) => refusal(access, shown)))
    const isEither = EITHER.includes(format)
    const taken = options.takenNames(access.accountId)
    const entries = describeAll(candidates, { env: envFor(access), isEither, taken })
    const drafts = candidates.flatMap((candidate, index): [string, Draft][] =>
      'build' in candidate ? [[String(index), candidate]] : [],
    )
    const token = drafts.length > 0 ? pending.keep(access.accountId, new Map(drafts)) : null
    return { ...NOTHING, token, format, entries, isEither }
  }

  return {
    readText(access, text) {
      const pasted = readPasted(text)
      if (pasted.kind === 'problem') return { ...NOTHING, problem: pasted.problem }
      if (pasted.kind === 'words') return { ...NOTHING, words: pasted.words }
      if (pasted.kind === 'server-json') {
        const read = serverJson.safeParse(pasted.value)
        if (!read.success) return { ...NOTHING, problem: notServerJson(read.error) }
        return offer(access, 'server-json', waysOf(read.data, []))
      }
      const drafts = draftServers(pasted, { env: envFor(access), isOwnUrl })
      return offer(access, pasted.format, drafts)
    },
    readBundle: (access, bytes) => offer(access, 'bundle', [bundles.read(bytes)]),
    async readRegistry(access, id) {
      const found = await registry.get(id)
      if (!found) throw new AppError('not-found', `The registry has no server named "${id}".`)
      const notes: FoundNote[] = found.deprecated ? ['deprecated'] : []
      return offer(access, 'registry', waysOf(found.server, notes))
    },
    search: (text) => registry.search(text),
    freshen: () => registry.freshen(),
    async add(access, { token, choices, namespaceId, approve }) {
      const drafts = pending.get(access.accountId, token)
      const servers: NewServer[] = []
      for (const choice of choices) {
        servers.push({ ...(await buildOne(drafts.get(choice.key), choice)), approve })
      }
      const ids = await options.create(access, servers, namespaceId)
      pending.drop(token)
      return ids
    },
    create: (access, server, namespaceId) => options.create(access, [server], namespaceId),
    close: () => pending.clear(),
  }
}

/** One that the caller may not have would keep the others from being added. */
function unlessRefused(
  candidate: Candidate,
  refusalOf: (server: Definition) => string | null,
): Candidate {
  const problem = 'shown' in candidate ? refusalOf(candidate.shown) : null
  return problem === null ? candidate : { name: candidate.name, problem }
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
