import type { ItemChanges } from '../../../../shared/offer.ts'

/** What a person is writing over a server's own words; an empty name or title is none. */
export type Draft = { name: string; title: string; description: string }

/** What can be written over, and what is written over it. */
export type Worded = { title: string | null; description: string | null; changed: ItemChanges }

/** As rules of tools and prompts take them; `null` is as the server says it. */
export type Overrides = { [Field in keyof Draft]: string | null }

/** As `exposedName` of the definitions: what model APIs accept for a tool's name. */
const NAME = /^[A-Za-z0-9_-]{1,64}$/

export function draftOf({ changed, description: own }: Worded): Draft {
  const { name = '', title = '', description = own ?? '' } = changed
  return { name, title, description }
}

export function isSame(one: Draft, other: Draft): boolean {
  return (
    one.name === other.name && one.title === other.title && one.description === other.description
  )
}

/** What the draft overrides; words as the server says them are no override. */
export function overridesIn({ description: own }: Worded, draft: Draft): Overrides {
  return {
    name: draft.name === '' ? null : draft.name,
    title: draft.title === '' ? null : draft.title,
    description: draft.description === (own ?? '') ? null : draft.description,
  }
}

/** A name that fits, near to one that does not; `null` for one that does. */
export function nameInstead(name: string): string | null {
  if (name === '' || NAME.test(name)) return null
  return name
    .trim()
    .replaceAll(/[^A-Za-z0-9_-]+/g, '_')
    .slice(0, 64)
}
