import { useHotkeys } from '@mantine/hooks'

/** ⌘↵, also out of a field. */
export function useModEnter(run: () => void): void {
  useHotkeys([['mod+Enter', run]], [], true)
}
