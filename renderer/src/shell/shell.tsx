import { Outlet } from '@tanstack/react-router'
import { AddServerDrawer } from '../features/add-server/drawer.tsx'
import { useLive } from '../live.ts'
import { useShortcuts } from '../ui/commands.ts'
import { Palette } from './palette.tsx'
import styles from './shell.module.css'
import { useShellCommands } from './shell-commands.ts'
import { ShortcutsTable } from './shortcuts-table.tsx'
import { Sidebar } from './sidebar.tsx'
import { StatusBar } from './status-bar.tsx'
import { usePreferences } from './use-preferences.ts'

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
      <Palette />
      <ShortcutsTable />
    </div>
  )
}
