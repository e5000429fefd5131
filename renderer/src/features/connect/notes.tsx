import { useTranslation } from 'react-i18next'
import type { AiClientView } from '../../../../shared/ai-client.ts'
import styles from './connect.module.css'

type NotesProps = {
  client: AiClientView
  /** Of the endpoint. */
  tools?: number | null
  isMac?: boolean
  /** Whether it is said elsewhere how it takes up what was written. */
  isWritten?: boolean
}

/** What a person has to know of a client: how it notices, and where it ends. */
export function Notes({ client, tools = null, isMac = false, isWritten = false }: NotesProps) {
  const { t } = useTranslation('connect')
  const { id, name, takesUp, toolLimit, ignoresChanges } = client
  const notes = [
    ...(isWritten ? [] : [t(`takesUp.${takesUp}`, { name })]),
    ...(ignoresChanges ? [t('ignoresChanges', { name })] : []),
    ...(isMac && id === 'claude-desktop' ? [t('macAsks')] : []),
  ]
  const isOver = toolLimit !== null && tools !== null && tools > toolLimit
  return (
    <ul className={styles.notes}>
      {notes.map((note) => (
        <li key={note}>{note}</li>
      ))}
      {tools === 0 && <li>{t('noTools')}</li>}
      {isOver && (
        <li className={styles.warn}>{t('tooMany', { name, count: tools, limit: toolLimit })}</li>
      )}
    </ul>
  )
}
