import { Outlet } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import { AddServerDrawer } from '../features/add-server/drawer.tsx'
import { useLive } from '../live.ts'
import { useShortcuts } from '../ui/commands.ts'
import styles from './shell.module.css'
import { useShellCommands } from './shell-commands.ts'
import { Sidebar } from './sidebar.tsx'
import { StatusBar } from './status-bar.tsx'
import { usePreferences } from './use-preferences.ts'

// What nobody sees before they ask for it comes after the first page.
const Palette = lazy(async () => ({ default: (await import('./palette.tsx')).Palette }))
const ShortcutsTable = lazy(async () => ({
  default: (await import('./shortcuts-table.tsx')).ShortcutsTable,
}))

/** What is around every page: where one can go, and how the whole is. */
export function Shell() {
  const line = useLive()
  usePreferences()
  useShortcuts()
  useShellCommands()
  return (
    <div className={styles.shell}>
      <Sidebar />
      <div className={styles.page}>
        <Outlet />
      </div>
      <StatusBar line={line} />
      <AddServerDrawer />
      <Suspense>
        <Palette />
        <ShortcutsTable />
      </Suspense>
    </div>
  )
}
