import { Button } from '@mantine/core'
import { lazy, Suspense, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { CopyButton } from '../../ui/copy-button.tsx'
import { SaveIcon } from '../../ui/icons.ts'
import { Machine } from '../../ui/machine.tsx'
import { textKind, type Block } from './blocks.ts'
import styles from './content.module.css'
import { LongText } from './long-text.tsx'
import { bytesOf, saveFile } from './save-file.ts'
import { useFormat } from '../../ui/use-format.ts'

const MarkdownView = lazy(async () => ({
  default: (await import('./markdown.tsx')).MarkdownView,
}))

type BlockViewProps = {
  block: Block
  /** What it came from: files are called that. */
  name: string
  /** Reads a resource that a result links to. */
  onRead?: (uri: string) => void
}

/** One part of what came back, as what it is. */
export function BlockView({ block, name, onRead }: BlockViewProps) {
  const { role, kind } = block
  const { t } = useTranslation('inspector')
  const source = kind === 'text' || kind === 'file' ? block.uri : null
  return (
    <article className={styles.block}>
      {role !== null && (
        <h3 className={styles.role}>{t(`role.${role}`, { defaultValue: role })}</h3>
      )}
      {source && <Machine text={source} label={t('uri')} />}
      <Content block={block} name={name} onRead={onRead} />
    </article>
  )
}

function Content({ block, name, onRead }: BlockViewProps) {
  const { t } = useTranslation('inspector')
  switch (block.kind) {
    case 'text':
      return <TextBlock block={block} name={name} />
    case 'image':
      return <ImageBlock block={block} name={name} />
    case 'audio': {
      const address = `data:${block.mimeType};base64,${block.data}`
      return <audio controls src={address} aria-label={t('audioFrom', { name })} />
    }
    case 'file':
      return <FileBlock block={block} name={name} />
    case 'link':
      return <LinkBlock block={block} onRead={onRead} />
    case 'unknown': {
      const text = JSON.stringify(block.raw, null, 2)
      return (
        <LongText text={text} language="json" label={t('view.raw')} fileName={`${name}.json`} />
      )
    }
  }
}

type Of<K extends Block['kind']> = { block: Extract<Block, { kind: K }>; name: string }

function TextBlock({ block, name }: Of<'text'>) {
  const { t } = useTranslation('inspector')
  const kind = useMemo(() => textKind(block), [block])
  const [isPlain, setPlain] = useState(false)
  if (kind === 'json') {
    const text = JSON.stringify(JSON.parse(block.text), null, 2)
    return <LongText text={text} language="json" label={t('view.text')} fileName={`${name}.json`} />
  }
  if (block.text.length > 2_000 && kind === 'plain') {
    return <LongText text={block.text} label={t('view.text')} fileName={`${name}.txt`} />
  }
  if (kind === 'plain') return <p className={styles.text}>{block.text}</p>
  return (
    <>
      {isPlain ? (
        <LongText text={block.text} label={t('view.text')} fileName={`${name}.md`} />
      ) : (
        <Suspense fallback={<p className={styles.text}>{block.text}</p>}>
          <MarkdownView text={block.text} />
        </Suspense>
      )}
      <Button
        size="compact-xs"
        variant="subtle"
        color="gray"
        className={styles.toggle}
        aria-pressed={isPlain}
        onClick={() => setPlain(!isPlain)}
      >
        {t(isPlain ? 'showMarkdown' : 'showPlain')}
      </Button>
    </>
  )
}

function ImageBlock({ block, name }: Of<'image'>) {
  const { t } = useTranslation('inspector')
  const [isBroken, setBroken] = useState(false)
  if (isBroken) return <p className={styles.text}>{t('imageBroken', { type: block.mimeType })}</p>
  return (
    <img
      className={styles.image}
      src={`data:${block.mimeType};base64,${block.data}`}
      alt={t('imageFrom', { name })}
      onError={() => setBroken(true)}
    />
  )
}

function FileBlock({ block, name }: Of<'file'>) {
  const { t } = useTranslation('inspector')
  const { bytes } = useFormat()
  const size = bytes(Math.floor((block.data.length * 3) / 4))
  const save = () => {
    const content = bytesOf(block.data)
    if (content) saveFile(block.uri.split('/').at(-1) || name, content, 'application/octet-stream')
  }
  return (
    <p className={styles.line}>
      {[block.mimeType, size].filter(Boolean).join(' · ')}
      <Button size="compact-xs" leftSection={<SaveIcon size={14} />} onClick={save}>
        {t('saveFile')}
      </Button>
    </p>
  )
}

function LinkBlock({ block, onRead }: Pick<BlockViewProps, 'onRead'> & Pick<Of<'link'>, 'block'>) {
  const { t } = useTranslation('inspector')
  const { uri, name, description } = block
  return (
    <div>
      <p className={styles.line}>
        <span>{name}</span>
        <code translate="no" className={styles.uri}>
          {uri}
        </code>
        <CopyButton text={uri} label={t('uri')} />
        {onRead && (
          <Button size="compact-xs" onClick={() => onRead(uri)}>
            {t('readIt')}
          </Button>
        )}
      </p>
      {description && <p className={styles.about}>{description}</p>}
    </div>
  )
}
