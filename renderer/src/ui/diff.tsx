import { diffLines, diffWordsWithSpace, type Change } from 'diff'
import styles from './diff.module.css'

type DiffProps = { before: string; after: string; label: string }

/** What becomes different, line by line, with what stays around it. */
export function LineDiff({ before, after, label }: DiffProps) {
  return (
    <pre className={styles.lines} tabIndex={0} role="region" aria-label={label} translate="no">
      {diffLines(before, after).flatMap((part, index) => {
        const lines = part.value.replace(/\n$/, '').split('\n')
        return lines.map((line, number) => (
          <span key={`${index}-${number}`} className={styles.line} data-kind={kindOf(part)}>
            <span aria-hidden="true">{signOf(part)}</span>
            {line || ' '}
          </span>
        ))
      })}
    </pre>
  )
}

/** What becomes different in a text, word by word. */
export function WordDiff({ before, after, label }: DiffProps) {
  return (
    <p className={styles.words} role="region" aria-label={label}>
      {diffWordsWithSpace(before, after).map((part, index) => {
        if (part.added) return <ins key={index}>{part.value}</ins>
        if (part.removed) return <del key={index}>{part.value}</del>
        return <span key={index}>{part.value}</span>
      })}
    </p>
  )
}

function kindOf({ added, removed }: Change): string {
  return added ? 'added' : removed ? 'removed' : 'same'
}

function signOf({ added, removed }: Change): string {
  return added ? '+ ' : removed ? '- ' : '  '
}
