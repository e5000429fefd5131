import { create } from 'zustand'

/**
 * A text on its way to the drawer. Not by the address: a pasted snippet may hold secrets, which
 * would stay in the browser's history.
 */
const useHandover = create<{ text: string | null }>(() => ({ text: null }))

export function handOver(text: string): void {
  useHandover.setState({ text })
}

/** The text, once. */
export function takeHandedOver(): string | null {
  const { text } = useHandover.getState()
  if (text !== null) useHandover.setState({ text: null })
  return text
}
