import type { ReactNode } from 'react'
import styles from './state.module.css'

/** What a colour says: see the tokens of the same names. */
export type Tone = 'ok' | 'busy' | 'warn' | 'bad' | 'off'

/** The dot of a state, for rows whose word stands elsewhere. */
export function Dot({ tone, isPulsing = false }: { tone: Tone; isPulsing?: boolean }) {
  return (
    <span className={styles.dot} data-tone={tone} data-pulsing={isPulsing} aria-hidden="true" />
  )
}

/** A state: always a dot and a word, and the word carries it. */
export function State({ tone, children }: { tone: Tone; children: ReactNode }) {
  return (
    <span className={styles.state} data-tone={tone}>
      <Dot tone={tone} isPulsing={tone === 'busy'} />
      <span className={styles.word}>{children}</span>
    </span>
  )
}
