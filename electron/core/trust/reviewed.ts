/** Of a namespace: the oldest are forgotten, and looked at once more. */
const MOST = 5_000

/** Tools with something odd about them that somebody has looked at and found harmless. */
export interface Reviewed {
  has(namespaceId: string, hash: string): boolean
  add(namespaceId: string, hashes: readonly string[]): Promise<void>
  /** They are to be looked at once more. */
  remove(namespaceId: string, hashes: readonly string[]): Promise<void>
}

type Kept = { namespaces: Record<string, string[]> }

export type ReviewedOptions = {
  load: () => Promise<Kept | null>
  save: (kept: Kept) => Promise<void>
  /** Whether the namespace is there: what was said of others goes with the next change. */
  exists: (namespaceId: string) => boolean
}

export async function openReviewed({ load, save, exists }: ReviewedOptions): Promise<Reviewed> {
  const known = new Map(
    Object.entries((await load())?.namespaces ?? {}).map(([id, hashes]) => [id, new Set(hashes)]),
  )

  async function keep(namespaceId: string, hashes: readonly string[]): Promise<void> {
    known.set(namespaceId, new Set(hashes.slice(-MOST)))
    const kept = [...known].filter(([id]) => exists(id)).map(([id, own]) => [id, [...own]])
    await save({ namespaces: Object.fromEntries(kept) as Kept['namespaces'] })
  }

  return {
    has: (namespaceId, hash) => known.get(namespaceId)?.has(hash) === true,
    async add(namespaceId, hashes) {
      if (hashes.length === 0) return
      await keep(namespaceId, [...(known.get(namespaceId) ?? []), ...hashes])
    },
    async remove(namespaceId, hashes) {
      const own = known.get(namespaceId)
      const rest = [...(own ?? [])].filter((hash) => !hashes.includes(hash))
      if (rest.length !== (own?.size ?? 0)) await keep(namespaceId, rest)
    },
  }
}
