import { useDebouncedCallback } from '@mantine/hooks'
import { useEffect, useRef, useState } from 'react'

type OwnText = {
  /** What the address says. */
  written: string
  /** Has the address say it. */
  write: (text: string) => void
  restMs: number
}

/**
 * A part of the address that changes with every key: shown at once, written when the keys rest, and
 * taken over when somebody else changes the address.
 */
export function useOwnText({ written, write, restMs }: OwnText): [string, (text: string) => void] {
  const [text, setText] = useState(written)
  /** Our own words on their way to the address: it may say them when newer ones are written. */
  const sent = useRef<string[]>([])
  useEffect(() => {
    const at = sent.current.indexOf(written)
    if (at < 0) setText(written)
    else sent.current.splice(0, at + 1)
  }, [written])
  const send = useDebouncedCallback((value: string) => {
    if (value !== written) sent.current.push(value)
    write(value)
  }, restMs)
  const change = (value: string) => {
    setText(value)
    send(value)
  }
  return [text, change]
}
