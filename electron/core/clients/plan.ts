import type { AiClientPreview } from '../../../shared/ai-client.ts'
import type { Endpoint } from '../../../shared/endpoint.ts'
import { AppError } from '../errors.ts'
import { backupPath, NO_FILE } from './disk.ts'
import { fillEntry, transportOf } from './entry.ts'
import { edited, entriesOf } from './files/edit.ts'
import type { Entry } from './files/format.ts'
import { BrokenFile } from './files/text.ts'
import type { Look } from './look.ts'
import { MASK, outline } from './outline.ts'
import { OWN_NAME, ownTarget } from './ours.ts'
import { machineOf, type AiClientsParts } from './parts.ts'

/** What is to be written into a client's file. */
export type Plan = {
  look: Look
  endpoint: Endpoint
  /** The name of our entry: what it is called there already, or ours. */
  entry: string
  remove: string[]
  /** Whether a key has to be made for it. */
  needsKey: boolean
  /** The whole new text, with this key. */
  text(key: string): string
}

export type PlanOf = { look: Look; endpoint: Endpoint; removeServers: string[] }

/** Throws an AppError that says so for a file that is not to be touched. */
export function planFor(parts: AiClientsParts, { look, endpoint, removeServers }: PlanOf): Plan {
  refuseProblem(look)
  const own = look.entries.find(({ name, value }) => ownTarget(name, value, parts.url))
  const entry = own?.name ?? OWN_NAME
  const remove = removeServers.filter((name) => name !== entry)
  const needsKey = endpoint.auth.apiKey && transportOf(look.client.entry) === 'http'
  const put = (key: string) => ourEntry(parts, { look, endpoint, entry, key })
  const text = (key: string) => {
    try {
      return edited(look.file?.text ?? '', look.client, { remove, put: put(needsKey ? key : '') })
    } catch (error) {
      throw error instanceof BrokenFile ? brokenError(look, error) : error
    }
  }
  return { look, endpoint, entry, remove, needsKey, text }
}

export async function previewOf(plan: Plan, day: string): Promise<AiClientPreview> {
  const { look, entry } = plan
  const after = entriesOf(plan.text(MASK), look.client)
  return {
    before: look.file ? outline(look.client, look.entries, [entry]) : '',
    after: outline(look.client, after, [entry]),
    language: look.client.format,
    fingerprint: look.file?.fingerprint ?? NO_FILE,
    backup: look.file ? await backupPath(look.path, day) : null,
  }
}

/** Our entry, as this client writes one. */
export function ourEntry(
  parts: AiClientsParts,
  of: { look: Pick<Look, 'client'>; endpoint: Endpoint; entry: string; key: string },
): Entry {
  const { look, endpoint, entry, key } = of
  const needsBridge = transportOf(look.client.entry) === 'stdio'
  const { command, args } = needsBridge ? machineOf(parts).stdio : { command: '', args: [] }
  const value = fillEntry(look.client.entry, {
    name: entry,
    url: `${parts.url}/metamcp/${endpoint.name}/mcp`,
    headers: key === '' ? null : { Authorization: `Bearer ${key}` },
    command,
    args: [...args, '--endpoint', endpoint.name],
  })
  return { name: entry, value }
}

export function refuseProblem({ problem, shown }: Look): void {
  if (!problem) return
  const { kind, line, reason } = problem
  if (kind === 'locked') {
    throw new AppError('unavailable', `${shown} cannot be used: ${reason}. It was not touched.`)
  }
  throw brokenError({ shown }, new BrokenFile(reason, line))
}

function brokenError({ shown }: Pick<Look, 'shown'>, { line, reason }: BrokenFile): AppError {
  const place = line === null ? '' : ` (line ${line})`
  return new AppError('invalid', `${shown} cannot be read${place}: ${reason}. It was not touched.`)
}
