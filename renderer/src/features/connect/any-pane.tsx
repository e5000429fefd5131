import { useTranslation } from 'react-i18next'
import styles from './connect.module.css'
import { Snippet, useSnippet } from './snippet.tsx'
import type { Connect } from './use-connect.ts'

/** For every client that is not in the list. */
export function AnyPane({ connect }: { connect: Connect }) {
  const { t } = useTranslation('connect')
  const snippet = useSnippet(null, connect.endpoint)
  return (
    <div className={styles.pane}>
      <header className={styles.head}>
        <h2 className={styles.title}>{t('any.name')}</h2>
      </header>
      <p className={styles.text}>{t('any.text')}</p>
      <div className={styles.actions}>{snippet.button('filled')}</div>
      <Snippet snippet={snippet.made} />
    </div>
  )
}
