import { Drawer } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import styles from './add-server.module.css'

type FrameProps = { title: string; footer: ReactNode; onClose: () => void; children: ReactNode }

/** The drawer: what is in it scrolls, its footer stays in view. */
export function Frame({ title, footer, onClose, children }: FrameProps) {
  const { t } = useTranslation('ui')
  return (
    <Drawer
      opened
      onClose={onClose}
      title={title}
      size={600}
      closeButtonProps={{ 'aria-label': t('close') }}
      classNames={{ header: styles.header, content: styles.drawer, body: styles.body }}
    >
      <div className={styles.scroll}>{children}</div>
      <footer className={styles.footer}>{footer}</footer>
    </Drawer>
  )
}
