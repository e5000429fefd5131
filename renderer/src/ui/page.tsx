import { ActionIcon, Kbd, Menu, TextInput } from '@mantine/core'
import { useEffect, useRef, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useCommands } from './commands.ts'
import { MoreIcon, SearchIcon } from './icons.ts'
import styles from './page.module.css'

type PageFilter = { value: string; onChange: (value: string) => void; placeholder: string }

export type PageProps = {
  title: string
  /** How many there are, as a number or in words. */
  count?: ReactNode
  /** What needs the person: amber, one short text. */
  needs?: ReactNode
  filter?: PageFilter
  /** At most two buttons. */
  actions?: ReactNode
  /** Items of the menu behind "…": `Menu.Item`s. */
  menu?: ReactNode
  children: ReactNode
}

/** A page: its header of one line, and what it shows. The title of the window follows. */
export function Page({ title, count, needs, filter, actions, menu, children }: PageProps) {
  const { t } = useTranslation('ui')
  useEffect(() => {
    document.title = `${title} – MetaMCP`
  }, [title])
  return (
    <main className={styles.page}>
      <header className={styles.header}>
        <h1 className={styles.title}>{title}</h1>
        {(count !== undefined || needs) && (
          <span className={styles.count}>
            {count}
            {needs && (
              <>
                {count !== undefined && ' · '}
                <span className={styles.needs}>{needs}</span>
              </>
            )}
          </span>
        )}
        <span className={styles.gap} />
        {filter && <FilterBox {...filter} />}
        {actions}
        {menu && (
          <Menu position="bottom-end">
            <Menu.Target>
              <ActionIcon aria-label={t('more')}>
                <MoreIcon size={16} />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>{menu}</Menu.Dropdown>
          </Menu>
        )}
      </header>
      <div className={styles.content}>{children}</div>
    </main>
  )
}

/** The page's filter: `/` goes there, Escape clears it and goes back to the list. */
function FilterBox({ value, onChange, placeholder }: PageFilter) {
  const { t } = useTranslation('ui')
  const box = useRef<HTMLInputElement>(null)
  const focus = () => {
    box.current?.focus()
    box.current?.select()
  }
  useCommands([
    { id: 'page.filter', label: t('filter'), shortcut: '/', run: focus },
    { id: 'page.find', label: t('filter'), shortcut: 'mod+F', run: focus, isHidden: true },
  ])
  return (
    <TextInput
      ref={box}
      className={styles.filter}
      type="search"
      aria-label={placeholder}
      placeholder={placeholder}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return
        event.stopPropagation()
        if (value === '') box.current?.blur()
        else onChange('')
      }}
      leftSection={<SearchIcon size={14} />}
      rightSection={value === '' ? <Kbd size="xs">/</Kbd> : undefined}
    />
  )
}
