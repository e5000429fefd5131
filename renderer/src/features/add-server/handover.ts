import { useEffect, useRef } from 'react'
import { create } from 'zustand'

/**
 * A text on its way to the drawer. Not by the address: a pasted snippet may hold secrets, which
 * would stay in the browser's history.
 */
const useHandover = create<{ text: string | null }>(() => ({ text: null }))

export function handOver(text: string): void {
  useHandover.setState({ text })
}

/** What the box begins with: the text that was handed over, or else this one. */
export function firstText(otherwise: string): string {
  return useHandover.getState().text ?? otherwise
}

/** Takes what is handed over while the drawer is open; what was there before is taken already. */
export function useHandedOver(take: (text: string) => void): void {
  const newest = useRef(take)
  useEffect(() => {
    newest.current = take
  })
  useEffect(() => {
    useHandover.setState({ text: null })
    return useHandover.subscribe(({ text }) => {
      if (text === null) return
      newest.current(text)
      useHandover.setState({ text: null })
    })
  }, [])
}
