import { useTranslation } from 'react-i18next'
import type { ToolFlag } from '../../../../shared/trust.ts'
import { Problem } from '../../ui/problem.tsx'
import styles from './trust.module.css'

/** What a person should see before they believe what a tool says of itself. */
export function Flags({ flags }: { flags: readonly ToolFlag[] }) {
  const { t } = useTranslation('trust')
  return flags.map((flag, index) => (
    <Problem
      key={index}
      tone="warn"
      title={t(`flag.${flag.kind}`)}
      text={
        <>
          <p className={styles.note}>
            {t('flag.place', { place: flag.place })}
            {flag.characters && ` · ${flag.characters.join(' ')}`}
          </p>
          {flag.text !== '' && (
            <p className={styles.quoted} translate="no">
              {flag.text}
            </p>
          )}
          {flag.spelled !== undefined && (
            <p className={styles.note}>{t('flag.spelled', { text: flag.spelled })}</p>
          )}
        </>
      }
    />
  ))
}
