import { CopyButton } from './copy-button.tsx'
import styles from './machine.module.css'

type MachineProps = {
  text: string
  /** What it is, for whoever copies it; without one there is no button. */
  label?: string
}

/** What a machine reads: in mono, on one line, cut in the middle, so that both ends are seen. */
export function Machine({ text, label }: MachineProps) {
  const cut = Math.max(0, text.length - 16)
  return (
    <span className={styles.machine}>
      <span className={styles.text} title={text} translate="no">
        <span className={styles.head}>{text.slice(0, cut)}</span>
        <span className={styles.tail}>{text.slice(cut)}</span>
      </span>
      {label !== undefined && <CopyButton text={text} label={label} />}
    </span>
  )
}
