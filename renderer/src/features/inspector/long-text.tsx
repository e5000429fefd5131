import { Button } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { CodeView, type CodeLanguage } from '../../ui/code-view.tsx'
import styles from './content.module.css'
import { saveFile } from './save-file.ts'
import { useFormat } from '../../ui/use-format.ts'

/** More of a text is not drawn: the window would stand still. */
const MAX_SHOWN = 200_000

type LongTextProps = {
  text: string
  label: string
  language?: CodeLanguage
  /** The name of the file that all of it is saved as. */
  fileName: string
}

/** A text for a machine; of a very long one the beginning, and a way to all of it. */
export function LongText({ text, label, language = 'text', fileName }: LongTextProps) {
  const { t } = useTranslation('inspector')
  const { bytes } = useFormat()
  const isCut = text.length > MAX_SHOWN
  const size = isCut ? bytes(new Blob([text]).size) : ''
  return (
    <div className={styles.long}>
      <CodeView
        text={isCut ? text.slice(0, MAX_SHOWN) : text}
        language={isCut ? 'text' : language}
        label={label}
        maxHeight={Number.MAX_SAFE_INTEGER}
      />
      {isCut && (
        <p className={styles.cut}>
          {t('cut', { shown: bytes(MAX_SHOWN) })}
          <Button size="compact-xs" onClick={() => saveFile(fileName, text, 'text/plain')}>
            {t('saveAll', { size })}
          </Button>
        </p>
      )}
    </div>
  )
}
