import { expect } from 'vitest'
import type { AppProcess } from './app-process.ts'
import type { MenuRow } from './electron-stand-in/desktop.ts'
import type { Desktop } from './open-desktop.ts'

type TrayShown = { tooltip: string; rows: Pick<MenuRow, 'label' | 'checked' | 'enabled'>[] }
type NoticeShown = { title: string; body: string }

/** What a person sees and does outside of the window, on Electron as on the stand-in. */
export interface ShellControl {
  /** Resolves once the tray fits. */
  tray(fits: (tray: TrayShown) => boolean): Promise<TrayShown>
  clickTray(...labels: string[]): Promise<void>
  notifications(): Promise<NoticeShown[]>
  clickNotification(title: string): Promise<void>
  closeWindow(): Promise<void>
  isWindowVisible(): Promise<boolean>
}

export function shellOf({ app, electron }: Desktop): ShellControl {
  return electron ? onElectron(electron) : onStandIn(app)
}

function onStandIn(app: AppProcess): ShellControl {
  const notifications = () => app.facts('notification')
  return {
    tray: (fits) => app.latest('tray', fits),
    clickTray: async (...labels) => app.do({ kind: 'click-tray', labels }),
    notifications: async () => notifications().map(({ title, body }) => ({ title, body })),
    async clickNotification(wanted) {
      const { id } = await app.told('notification', ({ title }) => title === wanted)
      app.do({ kind: 'click-notification', id })
    },
    closeWindow: async () => app.do({ kind: 'close-window' }),
    isWindowVisible: async () => app.facts('visible').at(-1)?.isVisible ?? false,
  }
}

/** Put there by record-shell.cjs. */
type Recorded = {
  metamcpShell: {
    tooltip: string
    menu: Electron.Menu | null
    notifications: Electron.Notification[]
  }
}

function onElectron(electron: NonNullable<Desktop['electron']>): ShellControl {
  const tray = () =>
    electron.evaluate(() => {
      const { menu, tooltip } = (globalThis as unknown as Recorded).metamcpShell
      const rows = menu?.items ?? []
      const shown = rows.map(({ label, checked, enabled }) => ({ label, checked, enabled }))
      return { tooltip, rows: shown }
    })
  const notifications = () =>
    electron.evaluate(() =>
      (globalThis as unknown as Recorded).metamcpShell.notifications.map(({ title, body }) => ({
        title,
        body,
      })),
    )
  return {
    notifications,
    async tray(fits) {
      await expect.poll(async () => fits(await tray()), { timeout: 10_000 }).toBe(true)
      return tray()
    },
    clickTray: (...labels) =>
      electron.evaluate((_electron, wanted) => {
        let items = (globalThis as unknown as Recorded).metamcpShell.menu?.items ?? []
        for (const [index, label] of wanted.entries()) {
          const item = items.find((one) => one.label === label)
          if (index === wanted.length - 1) item?.click()
          items = item?.submenu?.items ?? []
        }
      }, labels),
    async clickNotification(wanted) {
      await expect.poll(async () => (await notifications()).some((one) => one.title === wanted))
      await electron.evaluate((_electron, title) => {
        const { notifications: all } = (globalThis as unknown as Recorded).metamcpShell
        all.find((one) => one.title === title)?.emit('click')
      }, wanted)
    },
    closeWindow: () =>
      electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close()),
    isWindowVisible: () =>
      electron.evaluate(
        ({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.isVisible() ?? false,
      ),
  }
}
