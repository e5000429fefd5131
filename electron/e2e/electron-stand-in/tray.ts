import { basename } from 'node:path'
import { EventEmitter } from 'node:events'
import { existsSync } from 'node:fs'
import { person, tell, type Deed, type MenuRow } from './desktop.ts'

type Template = {
  label?: string
  role?: string
  type?: MenuRow['type']
  enabled?: boolean
  checked?: boolean
  submenu?: Template[]
  click?: () => void
}

type Item = MenuRow & { click?: (() => void) | undefined; items?: Item[] }

/** A menu whose rows a test reads and clicks. */
export class Menu {
  readonly items: Item[]

  constructor(items: Item[]) {
    this.items = items
  }

  static buildFromTemplate(template: Template[]): Menu {
    return new Menu(template.map(toItem))
  }

  static setApplicationMenu(menu: Menu): void {
    applicationMenu = menu
    tell({ kind: 'menu', rows: menu.items.map(toRow) })
  }

  /** Not of Electron. */
  click(labels: string[]): void {
    let items: Item[] = this.items
    for (const [index, label] of labels.entries()) {
      const found = items.find((item) => item.label === label)
      if (!found?.enabled) throw new Error(`There is no ${labels.join(' > ')} to click.`)
      if (index === labels.length - 1) found.click?.()
      items = found.items ?? []
    }
  }
}

let applicationMenu: Menu | undefined
person.on('click-menu', ({ labels }: Extract<Deed, { kind: 'click-menu' }>) =>
  applicationMenu?.click(labels),
)

export class Tray extends EventEmitter {
  #icon: string
  #tooltip = ''
  #menu: Menu | undefined
  #isDestroyed = false

  constructor(icon: string) {
    super()
    this.#icon = icon
    person.on('click-tray', ({ labels }: Extract<Deed, { kind: 'click-tray' }>) =>
      this.#menu?.click(labels),
    )
    person.on('click-tray-icon', () => this.emit('click'))
  }

  setImage(icon: string): void {
    this.#icon = icon
  }

  setToolTip(tooltip: string): void {
    this.#tooltip = tooltip
  }

  setContextMenu(menu: Menu): void {
    if (this.#isDestroyed) throw new Error('Tray is destroyed')
    this.#menu = menu
    const rows = menu.items.map(toRow)
    tell({ kind: 'tray', tooltip: this.#tooltip, icon: basename(this.#icon), rows })
  }

  destroy(): void {
    this.#isDestroyed = true
  }
}

export const nativeImage = {
  createFromPath(path: string): string {
    // Electron makes an empty image of a missing file, which nobody could see.
    if (!existsSync(path)) throw new Error(`There is no image ${path}`)
    return path
  },
}

let notices = 0

export class Notification extends EventEmitter {
  readonly #words: { title: string; body: string }

  static isSupported(): boolean {
    return true
  }

  constructor(words: { title: string; body: string }) {
    super()
    this.#words = words
  }

  show(): void {
    const id = ++notices
    person.on('click-notification', (deed: Extract<Deed, { kind: 'click-notification' }>) => {
      if (deed.id === id) this.emit('click')
    })
    tell({ kind: 'notification', id, ...this.#words })
  }
}

function toItem({ label = '', role, type, enabled, checked, submenu, click }: Template): Item {
  const items = submenu?.map(toItem)
  return {
    // Without "&", which marks a key.
    label: (label || (role ?? '')).replaceAll('&&', '&'),
    type: type ?? (items ? 'submenu' : 'normal'),
    enabled: enabled ?? true,
    checked: checked ?? false,
    click,
    ...(items && { items }),
  }
}

function toRow({ label, type, enabled, checked, items }: Item): MenuRow {
  const row = { label, type, enabled, checked }
  return items ? { ...row, submenu: items.map(toRow) } : row
}
