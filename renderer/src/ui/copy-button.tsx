import { ActionIcon, Tooltip, VisuallyHidden } from '@mantine/core'
import { useClipboard } from '@mantine/hooks'
import { useTranslation } from 'react-i18next'
import { CopyIcon, DoneIcon } from './icons.ts'

/** Copies a text; `label` says which. Tells everybody whether it did. */
export function CopyButton({ text, label }: { text: string; label: string }) {
  const { t } = useTranslation('ui')
  const { copied, copy, error } = useClipboard({ timeout: 2_000 })
  const outcome = error ? t('copy.refused') : copied ? t('copy.done') : ''
  return (
    <>
      <Tooltip label={outcome || t('copy.of', { what: label })}>
        <ActionIcon aria-label={t('copy.of', { what: label })} onClick={() => copy(text)}>
          {copied ? <DoneIcon size={14} /> : <CopyIcon size={14} />}
        </ActionIcon>
      </Tooltip>
      <VisuallyHidden role="status">{outcome}</VisuallyHidden>
    </>
  )
}
