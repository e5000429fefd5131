import type { ReactNode } from 'react'
import styles from './settings.module.css'

/** One thing to choose or do, as the page lists it and the filter finds it. */
export type SettingItem = {
  id: string
  label: string
  /** One line. */
  help?: string
  /** Other words that people look for it by. */
  words?: string
  /** Members use it, too: it changes nothing for others. */
  isForAll?: boolean
  control: ReactNode
}

type SectionName = 'general' | 'network' | 'accounts' | 'data' | 'about'
export type SectionItems = { name: SectionName; title: string; items: SettingItem[] }

type SettingProps = { item: SettingItem; isLocked: boolean }

export function Setting({ item: { label, help, control }, isLocked }: SettingProps) {
  return (
    <fieldset className={styles.setting} disabled={isLocked} aria-label={label}>
      <span className={styles.label}>{label}</span>
      <div className={styles.control}>
        {control}
        {help && <p className={styles.help}>{help}</p>}
      </div>
    </fieldset>
  )
}

/** Sections with what matches; all words of the filter have to be somewhere. */
export function matching(sections: readonly SectionItems[], filter: string): SectionItems[] {
  const wanted = filter.toLowerCase().split(/\s+/).filter(Boolean)
  return sections
    .map((section) => ({
      ...section,
      items: section.items.filter(({ label, help, words }) => {
        const text = [section.title, label, help, words].join(' ').toLowerCase()
        return wanted.every((word) => text.includes(word))
      }),
    }))
    .filter(({ items }) => items.length > 0)
}
