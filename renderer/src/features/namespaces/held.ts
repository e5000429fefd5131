import type { OfferedTool } from '../../../../shared/offer.ts'

/** Whether a tool waits for a person to look at it. */
export function isHeld({ hiddenBy }: Pick<OfferedTool, 'hiddenBy'>): boolean {
  return hiddenBy === 'tool-new' || hiddenBy === 'tool-changed'
}
