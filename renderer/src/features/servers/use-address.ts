import { useDebouncedCallback } from '@mantine/hooks'
import { getRouteApi } from '@tanstack/react-router'
import { useCallback, useEffect, useRef, useState } from 'react'

const route = getRouteApi('/servers')

type Search = ReturnType<typeof route.useSearch>
export type Go = (changed: { [K in keyof Search]?: string | undefined }) => void

/** How long keys rest before the filter is written into the address, in ms. */
const REST_MS = 200

/** The page's address, and how to change some of it. */
export function useAddress(): { search: Search; go: Go } {
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const go = useCallback<Go>(
    (changed) => void navigate({ search: (before) => ({ ...before, ...changed }), replace: true }),
    [navigate],
  )
  return { search, go }
}

/** The filter: shown with each key, written when they rest, taken over when a link changes it. */
export function useFilterText(): [string, (text: string) => void] {
  const { search, go } = useAddress()
  const written = search.filter ?? ''
  const [text, setText] = useState(written)
  const sent = useRef(written)
  useEffect(() => {
    if (written === sent.current) return
    sent.current = written
    setText(written)
  }, [written])
  const write = useDebouncedCallback((value: string) => {
    sent.current = value
    go({ filter: value === '' ? undefined : value })
  }, REST_MS)
  const change = (value: string) => {
    setText(value)
    write(value)
  }
  return [text, change]
}
