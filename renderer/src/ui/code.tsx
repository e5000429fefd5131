import { CopyButton } from './copy-button.tsx'

/** Text for a machine, to be read and copied; `what` names it. */
export function Code({ text, what }: { text: string; what: string }) {
  return (
    <div className="code">
      {/* Reached by Tab, so that the keys can scroll what is too wide. */}
      <pre tabIndex={0} role="region" aria-label={what}>
        {text}
      </pre>
      <CopyButton text={text} what={what} />
    </div>
  )
}
