import { getHotkeyHandler, type HotkeyItem } from '@mantine/hooks'
import { useEffect, useId } from 'react'
import { create } from 'zustand'

/** One thing that can be done: the palette, the menus and the keyboard all read this. */
export type Command = {
  id: string
  label: string
  /** As of @mantine/hooks: `mod+N`, `/`, `F2`; `mod` is ⌘ or Ctrl. */
  shortcut?: string
  run: () => void
  /** The heading that the palette lists it under. */
  section?: string
  /** Known to the keyboard, and not shown in the palette. */
  isHidden?: boolean
}

type Registry = { bySource: Record<string, readonly Command[]> }

const useRegistry = create<Registry>(() => ({ bySource: {} }))

/** Registers commands while the component is mounted; the newest source wins a shortcut. */
export function useCommands(commands: readonly Command[]): void {
  const source = useId()
  useEffect(() => {
    useRegistry.setState(({ bySource }) => ({ bySource: { ...bySource, [source]: commands } }))
  })
  useEffect(
    () => () =>
      useRegistry.setState(({ bySource }) => {
        const { [source]: _, ...others } = bySource
        return { bySource: others }
      }),
    [source],
  )
}

/** All commands of what is mounted, newest last; while it watches, their coming and going shows. */
export function useAllCommands(isWatching: boolean): Command[] {
  useRegistry(({ bySource }) => (isWatching ? bySource : null))
  return allCommands()
}

/** All commands of what is mounted, newest last. */
export function allCommands(): Command[] {
  return Object.values(useRegistry.getState().bySource).flat()
}

/** Follows the keyboard for all registered commands; mounted once. */
export function useShortcuts(): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented) return
      // Later sources first: what was opened last has the word.
      const items = allCommands().toReversed().flatMap(hotkey)
      const isTyping = isField(event.target) && !event.metaKey && !event.ctrlKey
      if (isTyping) return
      let isDone = false
      const once = items.map(([keys, run]): HotkeyItem => [
        keys,
        (pressed) => {
          if (isDone) return
          isDone = true
          pressed.preventDefault()
          run(pressed)
        },
        { preventDefault: false },
      ])
      getHotkeyHandler(once)(event)
    }
    document.addEventListener('keydown', onKeyDown)
    return () => document.removeEventListener('keydown', onKeyDown)
  }, [])
}

function hotkey({ shortcut, run }: Command): [string, (event: KeyboardEvent) => void][] {
  return shortcut === undefined ? [] : [[shortcut, () => run()]]
}

function isField(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  return target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName)
}

const isMac = typeof navigator !== 'undefined' && /Mac/.test(navigator.userAgent)
const MAC_KEYS: Record<string, string> = {
  mod: '⌘',
  alt: '⌥',
  shift: '⇧',
  ctrl: '⌃',
  Enter: '↵',
  Backspace: '⌫',
}
const OTHER_KEYS: Record<string, string> = {
  mod: 'Ctrl',
  alt: 'Alt',
  shift: 'Shift',
  ctrl: 'Ctrl',
  Backspace: 'Del',
}

/** A shortcut as this system writes it: `⌘N`, `Ctrl+N`. */
export function shortcutText(shortcut: string): string {
  const keys = shortcut.split('+').map((key) => (isMac ? MAC_KEYS : OTHER_KEYS)[key] ?? key)
  return keys.join(isMac ? '' : '+')
}
