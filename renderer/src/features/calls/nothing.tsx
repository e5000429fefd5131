import { Button } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import type { CallFilters } from '../../../../shared/calls.ts'
import { Empty, NoMatch } from '../../ui/empty.tsx'
import type { CallView } from './use-call-view.ts'

type NothingProps = { address: CallView; filters: CallFilters }

/** No call at all in the time that is looked at, or none that fits what it is narrowed by. */
export function Nothing({ address, filters }: NothingProps) {
  const { t } = useTranslation('calls')
  const navigate = useNavigate()
  const { period } = address
  const { since: _, ...narrowing } = filters
  if (Object.keys(narrowing).length > 0) {
    return <NoMatch text={t('noMatch', { period: t(`last.${period}`) })} onClear={address.clear} />
  }
  return (
    <Empty
      title={t(`empty.in.${period}`)}
      text={t('empty.text')}
      actions={
        <Button onClick={() => void navigate({ to: '/connect' })}>{t('empty.connect')}</Button>
      }
    />
  )
}
