import { tellProblem } from './undo.ts'

/** Does it; what is refused is told, with the name of the thing. Resolves to whether it was done. */
export async function doing(what: string, work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work()
    return true
  } catch (error) {
    tellProblem(error, what)
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
