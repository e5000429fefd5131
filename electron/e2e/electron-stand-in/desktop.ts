import { EventEmitter } from 'node:events'

/** A row of a menu, as the test sees it. */
export type MenuRow = {
  label: string
  type: 'normal' | 'separator' | 'checkbox' | 'submenu'
  enabled: boolean
  checked: boolean
  submenu?: MenuRow[]
}

/** What the app told the desktop, as the test is told it over the child process's channel. */
export type Fact =
  | { kind: 'shown' }
  | { kind: 'visible'; isVisible: boolean }
  | { kind: 'title'; title: string }
  | { kind: 'opened'; url: string }
  | { kind: 'copied'; text: string }
  | { kind: 'error-box'; title: string; content: string }
  | { kind: 'message-box'; id: number; message: string; buttons: string[] }
  | { kind: 'notification'; id: number; title: string; body: string }
  | { kind: 'tray'; tooltip: string; icon: string; rows: MenuRow[] }
  | { kind: 'menu'; rows: MenuRow[] }

/** What the test, as the person before the desktop, does. */
export type Deed =
  | { kind: 'click-tray'; labels: string[] }
  | { kind: 'click-tray-icon' }
  | { kind: 'click-menu'; labels: string[] }
  | { kind: 'click-notification'; id: number }
  | { kind: 'answer'; id: number; response: number }
  | { kind: 'close-window' }
  /** The machine wakes up. */
  | { kind: 'resume' }
  /** The page's process ends. */
  | { kind: 'crash-page' }
  /** In the dialogs that open from now on. */
  | { kind: 'choose'; path: string }

/** Deeds as events, by their kind. */
export const person = new EventEmitter()

process.on('message', (deed: Deed) => person.emit(deed.kind, deed))
// The channel is the test's; the app ends when it wants to.
process.channel?.unref()

let told: Promise<unknown> = Promise.resolve()

/** Tells the test; without one, nobody. */
export function tell(fact: Fact): void {
  const { send } = process
  if (!send) return
  const before = told
  told = new Promise((resolve) => send.call(process, fact, () => resolve(before)))
}

/** Settles when all that was told has left the process. */
export function allTold(): Promise<unknown> {
  return told
}

let boxes = 0
let chosen: string[] = []
person.on('choose', ({ path }: Extract<Deed, { kind: 'choose' }>) => (chosen = [path]))

export const dialog = {
  showErrorBox: (title: string, content: string) => tell({ kind: 'error-box', title, content }),

  showMessageBox({ message, buttons }: { message: string; buttons: string[] }) {
    const id = ++boxes
    const answered = new Promise<{ response: number }>((resolve) => {
      const listen = (deed: Extract<Deed, { kind: 'answer' }>) => {
        if (deed.id !== id) return
        person.off('answer', listen)
        resolve({ response: deed.response })
      }
      person.on('answer', listen)
    })
    tell({ kind: 'message-box', id, message, buttons })
    return answered
  },

  showSaveDialog: () => Promise.resolve({ canceled: true, filePath: '' }),
  showOpenDialog: () => Promise.resolve({ canceled: chosen.length === 0, filePaths: chosen }),
}

export const shell = {
  async openExternal(url: string) {
    tell({ kind: 'opened', url })
  },
  async openPath(path: string) {
    tell({ kind: 'opened', url: path })
    return ''
  },
  showItemInFolder: (path: string) => tell({ kind: 'opened', url: path }),
}

export const clipboard = { writeText: (text: string) => tell({ kind: 'copied', text }) }

export const nativeTheme = Object.assign(new EventEmitter(), {
  shouldUseDarkColors: false,
  themeSource: 'system',
})

export const powerMonitor = new EventEmitter()
person.on('resume', () => powerMonitor.emit('resume'))

export const net = { isOnline: () => true }

export const screen = {
  getAllDisplays: () => [{ workArea: { x: 0, y: 0, width: 1920, height: 1080 } }],
}
