import { useDebouncedCallback } from '@mantine/hooks'
import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'
import type { LogView } from './log-filter.ts'

const route = getRouteApi('/logs')
const REST_MS = 300

/** What is looked for: kept in the address, so that one can come back to it, or be sent to it. */
export function useLogView(defaultLevels: readonly string[] | null) {
  const { filter = '', servers, levels } = route.useSearch()
  const navigate = route.useNavigate()
  const go = (changed: { filter?: string; servers?: string; levels?: string }) =>
    void navigate({ search: (before) => ({ ...before, ...changed }), replace: true })

  // Shown at once, written when the keys rest; who comes from elsewhere brings another text.
  const [typed, setTyped] = useState({ text: filter, written: filter })
  if (typed.written !== filter) setTyped({ text: filter, written: filter })
  const write = useDebouncedCallback((text: string) => {
    setTyped({ text, written: text })
    go({ filter: text })
  }, REST_MS)

  const everything = defaultLevels ? 'all' : ''
  const view: LogView = {
    text: typed.text,
    servers: servers?.split(',') ?? null,
    levels: levels === 'all' ? null : (levels?.split(',') ?? defaultLevels),
  }
  return {
    view,
    setText(text: string) {
      setTyped({ text, written: typed.written })
      write(text)
    },
    setServers: (chosen: readonly string[] | null) => go({ servers: chosen?.join(',') ?? '' }),
    setLevels: (chosen: readonly string[] | null) =>
      go({ levels: chosen?.join(',') ?? everything }),
    clear() {
      write.cancel()
      setTyped({ text: '', written: '' })
      go({ filter: '', servers: '', levels: everything })
    },
  }
}
