import { Button } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { NoMatch } from '../../ui/empty.tsx'

/** No server is left by the filters: they are named, and there are ways on. */
export function NoneFits({ text, onClear }: { text: string; onClear: () => void }) {
  const { t } = useTranslation('servers')
  const navigate = useNavigate()
  const add = () => void navigate({ to: '.', search: (before) => ({ ...before, add: text }) })
  return (
    <NoMatch text={text === '' ? t('noneFits') : t('noMatch', { text })} onClear={onClear}>
      {text !== '' && <Button onClick={add}>{t('searchRegistry', { text })}</Button>}
    </NoMatch>
  )
}
