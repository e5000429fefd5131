import { ActionIcon, Menu } from '@mantine/core'
import { useEffect, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { FilterBox } from './filter-box.tsx'
import { MoreIcon } from './icons.ts'
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
        {filter && (
          <FilterBox
            className={styles.filter}
            value={filter.value}
            label={filter.placeholder}
            onChange={filter.onChange}
          />
        )}
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
