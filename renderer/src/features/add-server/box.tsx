import { Anchor, Textarea } from '@mantine/core'
import { Dropzone } from '@mantine/dropzone'
import { useRef } from 'react'
import { useTranslation } from 'react-i18next'
import styles from './add-server.module.css'

type BoxProps = {
  text: string
  onText: (text: string) => void
  onFile: (file: File) => void
  /** By the arrow key, from the last line. */
  onDown: () => void
}

/** The one box: a snippet, a command, an address, words to search for, or a file. */
export function Box({ text, onText, onFile, onDown }: BoxProps) {
  const { t } = useTranslation('add-server')
  const choose = useRef<() => void>(null)
  const isCode = /[{[=/]|^\w+ -/.test(text)
  return (
    <Dropzone
      className={styles.dropzone}
      openRef={choose}
      activateOnClick={false}
      activateOnKeyboard={false}
      enablePointerEvents
      multiple={false}
      onDrop={([file]) => file && onFile(file)}
      inputProps={{ 'aria-label': t('box.file') }}
      tabIndex={-1}
      role="presentation"
    >
      <Textarea
        data-autofocus
        autosize
        minRows={2}
        maxRows={10}
        spellCheck={false}
        aria-label={t('box.label')}
        placeholder={t('box.label')}
        classNames={{ input: isCode ? styles.code : undefined }}
        value={text}
        onChange={(event) => onText(event.currentTarget.value)}
        onKeyDown={(event) => {
          const { selectionEnd, value } = event.currentTarget
          if (event.key !== 'ArrowDown' || value.indexOf('\n', selectionEnd) >= 0) return
          event.preventDefault()
          onDown()
        }}
      />
      <p className={styles.hint}>
        {t('box.hint')}{' '}
        <Anchor component="button" type="button" fz={12} onClick={() => choose.current?.()}>
          {t('box.choose')}
        </Anchor>
      </p>
    </Dropzone>
  )
}
