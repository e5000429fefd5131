import { useDebouncedCallback } from '@mantine/hooks'
import { getRouteApi } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'

const route = getRouteApi('/namespaces')

type Key = 'filter' | 'selected' | 'item' | 'tab' | 'why'

/** A part of the page's address, and how to change some of them. */
export function useAddress() {
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const go = (changed: Partial<Record<Key, string | undefined>>) =>
    void navigate({ search: (before) => ({ ...before, ...changed }), replace: true })
  return { search, go }
}

/**
 * A part of the address that changes with every key: shown at once, written when the keys rest, and
 * taken over when somebody else changes the address.
 */
export function useSearchText(key: Key, restMs: number): [string, (text: string) => void] {
  const { search, go } = useAddress()
  const written = search[key] ?? ''
  const [text, setText] = useState(written)
  /** Our own words on their way to the address: it may say them when newer ones are written. */
  const sent = useRef<string[]>([])
  useEffect(() => {
    const at = sent.current.indexOf(written)
    if (at < 0) setText(written)
    else sent.current.splice(0, at + 1)
  }, [written])
  const write = useDebouncedCallback((value: string) => {
    if (value !== written) sent.current.push(value)
    go({ [key]: value === '' ? undefined : value })
  }, restMs)
  const change = (value: string) => {
    setText(value)
    write(value)
  }
  return [text, change]
}
