import { spotlight } from '@mantine/spotlight'
import { useNavigate, useRouter } from '@tanstack/react-router'
import { useEffect, useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { handOver } from '../features/add-server/handover.ts'
import { useCommands, type Command } from '../ui/commands.ts'
import { undoLast } from '../ui/undo.ts'
import { isAddable } from './is-addable.ts'
import type { PageName } from './pages.ts'
import { canSignOut, signOut } from './session.ts'
import { showShortcuts } from './shortcuts-open.ts'
import { useShownPages } from './me.ts'

/** What can be done on every page. */
export function useShellCommands(): void {
  const { t } = useTranslation('shell')
  const navigate = useNavigate()
  const router = useRouter()
  const shown = useShownPages()
  const commands = useMemo((): Command[] => {
    const pages = shown.map(({ name, to }, index) => ({
      id: `go.${name}`,
      section: t('palette.goTo'),
      label: t(`pages.${name}`),
      ...shortcutOf(name, index),
      run: () => void navigate({ to, search: {} }),
    }))
    return [
      { id: 'palette', label: t('search'), shortcut: 'mod+K', isHidden: true, run: spotlight.open },
      ...pages,
      {
        id: 'servers.add',
        label: t('palette.addServer'),
        shortcut: 'mod+N',
        run: () => void navigate({ to: '/servers', search: { add: '1' } }),
      },
      {
        id: 'tools.why',
        label: t('palette.why'),
        run: () => {
          // Where a namespace is open, it is asked about that one.
          const { pathname, search } = router.state.location
          const before = pathname === '/namespaces' ? search : {}
          void navigate({ to: '/namespaces', search: { ...before, why: '?' } })
        },
      },
      ...(canSignOut ? [{ id: 'sign-out', label: t('signOut'), run: () => void signOut() }] : []),
      { id: 'shortcuts', label: t('shortcuts.title'), shortcut: 'shift+?', run: showShortcuts },
      { id: 'undo', label: t('palette.undo'), shortcut: 'mod+Z', run: undoLast },
      { id: 'regions.next', label: '', shortcut: 'F6', isHidden: true, run: () => goToRegion(1) },
      {
        id: 'regions.previous',
        label: '',
        shortcut: 'shift+F6',
        isHidden: true,
        run: () => goToRegion(-1),
      },
    ]
  }, [t, navigate, router, shown])
  useCommands(commands)
  useEffect(
    () =>
      onPaste((text) => {
        handOver(text)
        void navigate({ to: '/servers', search: { add: '1' } })
      }),
    [navigate],
  )
}

/** Nine have a number, and the settings their own. */
function shortcutOf(name: PageName, index: number): Pick<Command, 'shortcut'> {
  if (name === 'settings') return { shortcut: 'mod+,' }
  return index < 9 ? { shortcut: `mod+${index + 1}` } : {}
}

/** What is pasted outside of a field is looked at as a server. */
function onPaste(look: (text: string) => void): () => void {
  const listen = (event: ClipboardEvent) => {
    const { target } = event
    const isField =
      target instanceof HTMLElement && target.closest('input, textarea, [contenteditable]')
    const text = event.clipboardData?.getData('text/plain').trim() ?? ''
    if (!isField && isAddable(text)) look(text)
  }
  document.addEventListener('paste', listen)
  return () => document.removeEventListener('paste', listen)
}

/** Sidebar, list, pane, status bar, and around again. */
function goToRegion(step: 1 | -1): void {
  const regions = [...document.querySelectorAll<HTMLElement>('nav, main, aside, footer')]
  const at = regions.findLastIndex((region) => region.contains(document.activeElement))
  const next = regions[(at + step + regions.length) % regions.length]
  const first = next?.querySelector<HTMLElement>('[tabindex="0"], a[href], button, input')
  first?.focus()
}
