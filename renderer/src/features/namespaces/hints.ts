import type { OfferedTool, ToolHints } from '../../../../shared/offer.ts'

/** The hints that MCP knows, in the order in which they are shown. */
export const HINTS = ['readOnlyHint', 'destructiveHint', 'idempotentHint', 'openWorldHint'] as const
export type Hint = (typeof HINTS)[number]

/** What clients are told of how a tool behaves. */
export function hintsOf({ annotations, changed }: Pick<OfferedTool, 'annotations' | 'changed'>) {
  return { ...annotations, ...changed.annotations } as ToolHints
}

/** The override after one hint is set; `null` for the hint is as the server says it. */
export function withHint(
  changed: ToolHints | undefined,
  hint: Hint,
  value: boolean | null,
): ToolHints | null {
  const { [hint]: _, ...others } = changed ?? {}
  const next = value === null ? others : { ...others, [hint]: value }
  return Object.keys(next).length === 0 ? null : next
}
