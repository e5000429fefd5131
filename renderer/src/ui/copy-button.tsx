import { useState } from 'react'
import { strings } from '../strings.ts'

type Outcome = 'button' | 'done' | 'failed'

/** Copies a text; says what it copies to who cannot see it, and whether it did to everyone. */
export function CopyButton({ text, what }: { text: string; what: string }) {
  const [outcome, setOutcome] = useState<Outcome>('button')

  function copy(): void {
    navigator.clipboard.writeText(text).then(
      () => setOutcome('done'),
      () => setOutcome('failed'),
    )
  }

  return (
    <>
      <button
        type="button"
        className="copy"
        aria-label={strings.copy.of(what)}
        onClick={copy}
        onBlur={() => setOutcome('button')}
        onPointerLeave={() => setOutcome('button')}
      >
        {strings.copy[outcome]}
      </button>
      <span role="status" className="unseen">
        {outcome === 'button' ? '' : strings.copy[outcome]}
      </span>
    </>
  )
}
