/** A revision whose sentences are counted. Earlier ones bind through what 2025-11-25 kept of them. */
export type Revision = '2025-11-25' | '2026-07-28'

/** Who is bound: we towards clients, we towards servers, or we on either side. */
type Side = 'server' | 'client' | 'both'
type Level = 'MUST' | 'MUST NOT' | 'SHOULD' | 'SHOULD NOT'

export type Requirement = {
  id: string
  level: Level
  side: Side
  revisions: readonly Revision[]
  /** `page#anchor` of the specification, in one of the revisions at least. */
  section: string
  /** What is required, in our words: goes on where side and level end. */
  text: string
}

/** Section → id → a sentence that begins with who is bound, and how strictly. */
type Sentences = Record<string, Record<string, `${Side} ${Level} ${string}`>>

export const legacy = ['2025-11-25'] as const
export const modern = ['2026-07-28'] as const
export const bothEras = ['2025-11-25', '2026-07-28'] as const

/** The sentences of some sections, which hold in all of `revisions`, as a list. */
export function requirements(
  revisions: readonly Revision[],
  sentences: Sentences,
): readonly Requirement[] {
  return Object.entries(sentences).flatMap(([section, entries]) =>
    Object.entries(entries).map(([id, sentence]) => {
      const [, side, level, text] = /^(\w+) ((?:MUST|SHOULD)(?: NOT)?) (.+)$/.exec(sentence) ?? []
      return { id, side: side as Side, level: level as Level, text: text ?? '', revisions, section }
    }),
  )
}
