import { z } from 'zod'
import { AppError } from '../../errors.ts'
import { serverJson, type ServerJson } from './server-json.ts'

export type Fetch = (
  url: string,
  init: { signal: AbortSignal; headers: Record<string, string>; redirect: 'manual' },
) => Promise<Response>

const PAGE = 100
/** The registry has some ten thousand servers; this is where we stop believing it. */
const MOST_PAGES = 2_000
const MOST_BYTES = 8 * 1024 * 1024
const MOST_REDIRECTS = 5
const PAGE_TIMEOUT_MS = 30_000

const OFFICIAL = 'io.modelcontextprotocol.registry/official'
const listed = z.object({
  server: z.unknown(),
  _meta: z
    .object({
      [OFFICIAL]: z
        .object({ status: z.string().optional(), isLatest: z.boolean().optional() })
        .optional(),
    })
    .optional(),
})
const page = z.object({
  servers: z.array(listed).nullish(),
  metadata: z.object({ nextCursor: z.string().nullish() }).optional(),
})

export type RegistryEntry = { server: ServerJson; status: 'active' | 'deprecated' | 'deleted' }

/** The newest version of each server, page by page; of those changed since, where that is named. */
export async function* fetchPages(
  source: string,
  { fetch, since, signal }: { fetch: Fetch; since: string | null; signal: AbortSignal },
): AsyncGenerator<RegistryEntry[], void> {
  let cursor: string | null = null
  for (let count = 0; count < MOST_PAGES; count += 1) {
    const query = new URLSearchParams({ limit: String(PAGE), version: 'latest' })
    if (since !== null) {
      query.set('updated_since', since)
      query.set('include_deleted', 'true')
    }
    if (cursor !== null) query.set('cursor', cursor)
    const url = `${source}/v0.1/servers?${query.toString()}`
    const answer = page.safeParse(await fetchJson(url, { fetch, signal }))
    if (!answer.success) throw new AppError('unavailable', 'The registry gave an unknown answer.')
    yield (answer.data.servers ?? []).flatMap(readListed)
    const next: string | null = answer.data.metadata?.nextCursor ?? null
    if (next === null || next === '' || next === cursor) return
    cursor = next
  }
}

function readListed({ server, _meta }: z.infer<typeof listed>): RegistryEntry[] {
  const facts = _meta?.[OFFICIAL]
  const read = serverJson.safeParse(server)
  if (!read.success || facts?.isLatest === false) return []
  const { status } = facts ?? {}
  const known = status === 'deprecated' || status === 'deleted' ? status : 'active'
  return [{ server: read.data, status: known }]
}

async function fetchJson(
  url: string,
  { fetch, signal }: { fetch: Fetch; signal: AbortSignal },
): Promise<unknown> {
  const both = AbortSignal.any([signal, AbortSignal.timeout(PAGE_TIMEOUT_MS)])
  try {
    const response = await fetchWithin(url, { fetch, signal: both })
    if (!response.ok) throw new AppError('unavailable', `The registry answered ${response.status}.`)
    return JSON.parse(await readText(response)) as unknown
  } catch (error) {
    if (error instanceof AppError || signal.aborted) throw error
    throw new AppError('unavailable', 'The registry could not be reached.', { cause: error })
  }
}

/** A registry that leads to other places could have us ask what is inside our network. */
async function fetchWithin(
  url: string,
  { fetch, signal }: { fetch: Fetch; signal: AbortSignal },
): Promise<Response> {
  const headers = { accept: 'application/json' }
  let at = new URL(url)
  for (let count = 0; count <= MOST_REDIRECTS; count += 1) {
    const response = await fetch(at.href, { signal, headers, redirect: 'manual' })
    const location = response.headers.get('location')
    if (response.status < 300 || response.status >= 400 || location === null) return response
    await response.body?.cancel()
    const next = new URL(location, at)
    if (next.origin !== at.origin) {
      throw new AppError('unavailable', `The registry leads elsewhere, to ${next.origin}.`)
    }
    at = next
  }
  throw new AppError('unavailable', 'The registry leads from one address to the next.')
}

async function readText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength
    if (bytes > MOST_BYTES) throw new AppError('unavailable', 'The registry answered too much.')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
