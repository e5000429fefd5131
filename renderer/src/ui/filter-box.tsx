import { Kbd, TextInput } from '@mantine/core'
import { useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { useCommands } from './commands.ts'
import { SearchIcon } from './icons.ts'

type FilterBoxProps = {
  value: string
  onChange: (value: string) => void
  /** Its name, and what an empty one shows. */
  label: string
  className?: string | undefined
}

/** A page's filter: `/` goes there, Escape clears it and goes back to the list. */
export function FilterBox({ value, onChange, label, className }: FilterBoxProps) {
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
      className={className}
      type="search"
      aria-label={label}
      placeholder={label}
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
