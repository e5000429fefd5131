import { Button } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { Empty } from '../../ui/empty.tsx'
import styles from './servers.module.css'

/** Before the first server: what one is for, and the way to it. */
export function NothingYet() {
  const { t } = useTranslation('servers')
  const navigate = useNavigate()
  const add = (text: string) =>
    void navigate({ to: '.', search: (before) => ({ ...before, add: text }) })
  return (
    <div className={styles.middle}>
      <Empty
        title={t('empty.title')}
        text={t('empty.text')}
        actions={
          <Button variant="filled" onClick={() => add('1')}>
            {t('add')}
          </Button>
        }
      />
    </div>
  )
}
