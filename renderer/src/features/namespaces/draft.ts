import type { OfferedTool } from '../../../../shared/offer.ts'
import type { ToolPatch } from './offer-changes.ts'

/** What a person is writing over a tool's own words; an empty name or title is none. */
export type Draft = { name: string; title: string; description: string }

/** As `exposedName` of the definitions: what model APIs accept for a tool's name. */
const NAME = /^[A-Za-z0-9_-]{1,64}$/

export function draftOf(tool: OfferedTool): Draft {
  const { name = '', title = '', description = tool.description ?? '' } = tool.changed
  return { name, title, description }
}

export function isSame(one: Draft, other: Draft): boolean {
  return (
    one.name === other.name && one.title === other.title && one.description === other.description
  )
}

/** What the draft overrides; words as the server says them are no override. */
export function patchOf(serverId: string, tool: OfferedTool, draft: Draft): ToolPatch {
  return {
    serverId,
    tool: tool.tool,
    name: draft.name === '' ? null : draft.name,
    title: draft.title === '' ? null : draft.title,
    description: draft.description === (tool.description ?? '') ? null : draft.description,
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
