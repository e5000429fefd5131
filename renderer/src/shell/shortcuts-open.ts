import { create } from 'zustand'

/** Whether the table of shortcuts is shown. */
export const useShortcutsTable = create(() => ({ isOpen: false }))

export function showShortcuts(): void {
  useShortcutsTable.setState({ isOpen: true })
}

export function closeShortcuts(): void {
  useShortcutsTable.setState({ isOpen: false })
}
