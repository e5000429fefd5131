import { Button } from '@mantine/core'
import type { TFunction } from 'i18next'
import type { ReactNode } from 'react'
import { shortcutText, useCommands } from './commands.ts'
import { Empty, NoMatch } from './empty.tsx'
import { AddIcon } from './icons.ts'
import { ListAndPane } from './list-and-pane.tsx'
import { LoadingRows } from './loading.tsx'
import styles from './named.module.css'
import { Page } from './page.tsx'
import { Problem } from './problem.tsx'
import { useListAddress } from './use-address.ts'

/** So few are seen at once: nobody has to narrow them. */
const FEW = 8

/** What a page says of its things. */
type ListWords = {
  title: string
  /** On the button that makes another one. */
  new: string
  filter: string
  noMatch: (text: string) => string
  unread: string
  empty: { title: string; text: string }
}

/** Where a page's own words stand under these very keys. */
export function listWords(t: TFunction<string>): ListWords {
  return {
    title: t('title'),
    new: t('new'),
    filter: t('filter'),
    noMatch: (text) => t('noMatch', { text }),
    unread: t('unread'),
    empty: { title: t('empty.title'), text: t('empty.text') },
  }
}

export type NamedPageProps<T> = {
  /** Of the page, as the palette knows it. */
  id: string
  words: ListWords
  /** Undefined until they are there. */
  items: readonly T[] | undefined
  error: { message: string } | null
  /** What the filter looks into. */
  textsOf: (item: T) => readonly string[]
  /** Where one is made, as the first row of the list. */
  form: ReactNode
  /** Stands between that row and the list, and keeps another one from being made meanwhile. */
  notice?: ReactNode
  /** Beside the button that makes another one. */
  actions?: ReactNode
  /** Draws those that the filter leaves. */
  list: (shown: readonly T[]) => ReactNode
  /** Stands above the list, also where that is empty. */
  above?: ReactNode
  /** Of the selected thing, where the page has such. */
  pane?: { content: ReactNode | null; label: string }
}

/** A page with a list of things that have names: filtered, added to, and looked at one by one. */
export function NamedPage<T>(props: NamedPageProps<T>) {
  const { id, words, items, form, notice, actions, pane } = props
  const { search, go } = useListAddress()
  const isMaking = search.new !== undefined
  const begin = () => go({ new: '1', filter: undefined })
  const total = items?.length ?? 0
  const isEmpty = items?.length === 0 && !isMaking && !notice
  useCommands([{ id: `${id}.new`, label: words.new, shortcut: 'mod+N', run: begin }])
  const button = <NewButton label={words.new} onClick={begin} />
  const list = (
    <div className={styles.page}>
      {props.above}
      {isMaking && form}
      {notice}
      <Shown {...props} />
    </div>
  )
  return (
    <Page
      title={words.title}
      {...(total > 0 && { count: total })}
      {...(total > FEW && {
        filter: {
          value: search.filter ?? '',
          onChange: (text: string) => go({ filter: text || undefined }),
          placeholder: words.filter,
        },
      })}
      actions={
        <>
          {actions}
          {!isEmpty && !isMaking && !notice && button}
        </>
      }
    >
      {isEmpty ? (
        <>
          {props.above}
          <Empty {...words.empty} actions={button} />
        </>
      ) : pane ? (
        <ListAndPane
          list={list}
          pane={pane.content}
          label={pane.label}
          onClose={() => go({ selected: undefined })}
        />
      ) : (
        list
      )}
    </Page>
  )
}

function Shown<T>({ words, items, error, textsOf, list }: NamedPageProps<T>) {
  const { search, go } = useListAddress()
  if (error && !items) return <Problem title={words.unread} details={error.message} />
  if (!items) return <LoadingRows rows={3} />
  const text = search.filter ?? ''
  const wanted = text.toLowerCase()
  const shown = items.filter((item) =>
    textsOf(item).some((word) => word.toLowerCase().includes(wanted)),
  )
  if (shown.length > 0) return list(shown)
  if (items.length === 0) return null
  return <NoMatch text={words.noMatch(text)} onClear={() => go({ filter: undefined })} />
}

function NewButton({ label, onClick }: { label: string; onClick: () => void }) {
  return (
    <Button
      variant="filled"
      leftSection={<AddIcon size={16} />}
      title={shortcutText('mod+N')}
      onClick={onClick}
    >
      {label}
    </Button>
  )
}
