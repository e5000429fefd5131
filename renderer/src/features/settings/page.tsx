import { useTranslation } from 'react-i18next'
import { Page as Frame } from '../../ui/page.tsx'

export function Page() {
  const { t } = useTranslation('settings')
  return <Frame title={t('title')}>{null}</Frame>
}
