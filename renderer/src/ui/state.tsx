import type { ReactNode } from 'react'

/** What a colour says: see the tokens of the same names. */
export type Tone = 'ok' | 'busy' | 'bad' | 'off'

/** A state: always a dot and a word, and the word carries it. */
export function State({ tone, children }: { tone: Tone; children: ReactNode }) {
  return (
    <span className={`state ${tone}`}>
      <span className="dot" aria-hidden="true" />
      <span>{children}</span>
    </span>
  )
}
