import { Button } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { AiClientView } from '../../../../shared/ai-client.ts'
import { useTRPC } from '../../trpc.ts'
import { DoneIcon, WarningIcon } from '../../ui/icons.ts'
import styles from './connect.module.css'

/** Why a client that is set up may not have come yet: what was checked, and what is left to do. */
export function Why({ client }: { client: AiClientView }) {
  const { t } = useTranslation('connect')
  const [isOpen, { toggle }] = useDisclosure(client.connection?.isKeyOn === false)
  const trpc = useTRPC()
  const { data } = useQuery(trpc.status.overview.queryOptions())
  const { connection, name, takesUp } = client
  const address = data ? new URL(data.url).host : ''
  return (
    <div>
      <Button variant="subtle" size="compact-xs" aria-expanded={isOpen} onClick={toggle}>
        {t('why.show')}
      </Button>
      {isOpen && (
        <ul className={styles.checks} aria-label={t('why.title')}>
          <Check isFine>{t('why.file')}</Check>
          <Check isFine>{t('why.address', { address })}</Check>
          {connection && (
            <Check isFine={connection.isKeyOn}>
              {t(connection.isKeyOn ? 'why.keyOn' : 'why.keyOff')}
            </Check>
          )}
          <Check isFine={takesUp === 'reloads'}>{t(`takesUp.${takesUp}`, { name })}</Check>
        </ul>
      )}
    </div>
  )
}

function Check({ isFine, children }: { isFine: boolean; children: string }) {
  const Icon = isFine ? DoneIcon : WarningIcon
  return (
    <li className={styles.check} data-fine={isFine}>
      <Icon size={14} aria-hidden="true" />
      <span>{children}</span>
    </li>
  )
}
