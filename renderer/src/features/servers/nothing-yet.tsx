import { useTranslation } from 'react-i18next'
import { Empty } from '../../ui/empty.tsx'
import { AddServerBox } from '../add-server/add-server-box.tsx'
import styles from './servers.module.css'

/** Before the first server: what one is for, and the box that takes it. */
export function NothingYet() {
  const { t } = useTranslation('servers')
  return (
    <div className={styles.middle}>
      <Empty title={t('empty.title')} text={t('empty.text')} actions={<AddServerBox />} />
    </div>
  )
}
