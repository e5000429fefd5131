import { refusalOf } from './refusal.ts'
import { tellProblem } from './undo.ts'

/** Sentences for refusals whose reason is known, by their codes; for others the core has one. */
type Reasons = Partial<Record<string, string>>

/** Does it; what is refused is told, with the name of the thing. Resolves to whether it was done. */
export async function doing(
  what: string,
  work: () => Promise<unknown>,
  reasons: Reasons = {},
): Promise<boolean> {
  try {
    await work()
    return true
  } catch (error) {
    tellProblem(reasons[refusalOf(error) ?? ''] ?? error, what)
    return false
  }
}

/** Which row has the place of one that goes: the next, or else the one before. */
export function neighbourOf<T extends { id: string }>(
  items: readonly T[],
  id: string,
): string | undefined {
  const at = items.findIndex((item) => item.id === id)
  return (items[at + 1] ?? items[at - 1])?.id
}
