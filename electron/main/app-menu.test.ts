import type { MenuItemConstructorOptions as Item } from 'electron'
import { expect, test } from 'vitest'
import { appMenu } from './app-menu.ts'
import { speak } from './words.ts'

/** Keys that are the system's own on macOS. */
const SYSTEM = ['CmdOrCtrl+H', 'CmdOrCtrl+W', 'CmdOrCtrl+M', 'CmdOrCtrl+S', 'CmdOrCtrl+R']

function flat(items: readonly Item[]): Item[] {
  return items.flatMap((item) => [item, ...(Array.isArray(item.submenu) ? flat(item.submenu) : [])])
}

function menuOf(platform: NodeJS.Platform, language = 'en') {
  const gone: string[] = []
  const items = flat(
    appMenu({
      ...{ platform, isPackaged: true, speech: speak(language) },
      go: (path) => gone.push(path),
      openDataFolder: () => undefined,
      quit: () => undefined,
    }),
  )
  return { items, gone }
}

test.each(['darwin', 'win32', 'linux'] as const)('on %s no key has two meanings', (platform) => {
  const keys = menuOf(platform).items.flatMap(({ accelerator }) => accelerator ?? [])
  expect(new Set(keys).size).toBe(keys.length)
  expect(keys.filter((key) => SYSTEM.includes(key))).toEqual([])
})

test.each(['darwin', 'win32', 'linux'] as const)('on %s copy and paste work', (platform) => {
  const roles = menuOf(platform).items.map(({ role }) => role)
  expect(roles).toEqual(
    expect.arrayContaining(['undo', 'redo', 'cut', 'copy', 'paste', 'selectAll']),
  )
  expect(roles).not.toContain('reload')
  expect(roles).not.toContain('toggleDevTools')
})

test('the keys of pages lead to them, in the order of the sidebar', () => {
  const { items, gone } = menuOf('linux')
  for (const key of ['1', '2', '6', '9', ',']) {
    const item = items.find(({ accelerator }) => accelerator === `CmdOrCtrl+${key}`)
    item?.click?.(undefined as never, undefined, undefined as never)
  }
  expect(gone).toEqual(['/overview', '/servers', '/inspector', '/trust', '/settings'])
})

test('every row has words, in Chinese, too', () => {
  for (const language of ['en', 'zh']) {
    const { items } = menuOf('darwin', language)
    const rows = items.filter(({ type }) => type !== 'separator')
    expect(rows.filter(({ label }) => !label || /^menu\./.test(label))).toEqual([])
  }
})
