import type { AddInput, Found, FoundFormat } from '../../../shared/add-server.ts'
import type { ServerInput } from '../../../shared/server.ts'
import { AppError } from '../errors.ts'
import { InvalidInput } from '../problems.ts'
import type { Candidate, Draft } from './draft.ts'
import { freeName } from './names.ts'
import { draftServers } from './paste/drafts.ts'
import { readPasted } from './paste/read-pasted.ts'
import { openPending } from './pending.ts'
import { describe } from './describe.ts'

export type AddingOptions = {
  env: Record<string, string | undefined>
  /** Names of servers that exist. */
  takenNames: () => string[]
  isOwnUrl: (url: string) => boolean
  /** Creates all of them or none, as members of the namespace if one is named; their ids, in order. */
  create: (servers: ServerInput[], namespaceId: string | null) => Promise<string[]>
  now?: () => number
}

/** Reads what people have of servers, and makes servers of it. */
export interface Adding {
  readText(text: string): Found
  /** Ids of what was made, in the order of the choices. */
  add(input: AddInput): Promise<string[]>
  close(): void
}

const NOTHING: Found = { token: null, format: null, entries: [], problem: null, words: null }

export function openAdding(options: AddingOptions): Adding {
  const { env, isOwnUrl, now = Date.now } = options
  const pending = openPending(now)

  function offer(format: FoundFormat, candidates: Candidate[]): Found {
    const taken = new Set(options.takenNames().map((name) => name.toLowerCase()))
    const drafts = new Map<string, Draft>()
    const entries = candidates.map((candidate, index) => {
      const key = String(index)
      const entry = describe(candidate, {
        key,
        env,
        claim(name) {
          const free = freeName(name, (one) => taken.has(one.toLowerCase()))
          taken.add(free.toLowerCase())
          return free
        },
      })
      if ('build' in candidate && entry.definition) drafts.set(key, candidate)
      return entry
    })
    const token = drafts.size > 0 ? pending.keep(drafts) : null
    return { ...NOTHING, token, format, entries }
  }

  return {
    readText(text) {
      const pasted = readPasted(text)
      if (pasted.kind === 'problem') return { ...NOTHING, problem: pasted.problem }
      if (pasted.kind === 'words') return { ...NOTHING, words: pasted.words }
      if (pasted.kind === 'server-json') return NOTHING
      return offer(pasted.format, draftServers(pasted, { env, isOwnUrl }))
    },
    async add({ token, choices, namespaceId }) {
      const drafts = pending.get(token)
      const servers: ServerInput[] = []
      for (const choice of choices) servers.push(await buildOne(drafts.get(choice.key), choice))
      const ids = await options.create(servers, namespaceId)
      pending.drop(token)
      return ids
    },
    close: () => pending.clear(),
  }
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
