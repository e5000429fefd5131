import { useTranslation } from 'react-i18next'
import { tell, tellProblem } from '../../ui/undo.ts'

/** Copies a text, and says whether it did. */
export function useClipboardText(): (text: string) => void {
  const { t } = useTranslation('ui')
  return (text) => {
    navigator.clipboard.writeText(text).then(
      () => tell(t('copy.done')),
      () => tellProblem(t('copy.refused')),
    )
  }
}
