import { Button, type ButtonProps } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { WhyDialog } from './why-dialog.tsx'

type AskWhyProps = Pick<ButtonProps, 'variant' | 'size' | 'className'> & {
  namespaceId?: string | undefined
  endpointId?: string | undefined
  /** The name, or a part of it, that somebody looks for. */
  text?: string
}

/** The way to why a tool is missing, on pages where one looks for it. */
export function AskWhy({ namespaceId, endpointId, text, ...button }: AskWhyProps) {
  const { t } = useTranslation('namespaces')
  const [asked, ask] = useState<string>()
  return (
    <>
      <Button {...button} onClick={() => ask('?')}>
        {t('why.which')}
      </Button>
      <WhyDialog
        asked={asked}
        namespaceId={namespaceId}
        endpointId={endpointId}
        text={text}
        onAsk={ask}
      />
    </>
  )
}
