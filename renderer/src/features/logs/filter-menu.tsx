import { Button, Menu } from '@mantine/core'
import { useWindowEvent } from '@mantine/hooks'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { FoldedOutIcon } from '../../ui/icons.ts'

/** From so many on one can look for an option. */
const MANY = 12

type Option = { value: string; label: string }

type FilterMenuProps = {
  /** What is chosen from. */
  label: string
  options: readonly Option[]
  /** `null` for all. */
  chosen: readonly string[] | null
  onChange: (chosen: readonly string[] | null) => void
}

/** Chooses some of many; all of them is no filter. */
export function FilterMenu({ label, options, chosen, onChange }: FilterMenuProps) {
  const { t } = useTranslation('logs')
  const [text, setText] = useState('')
  const [isOpen, setOpen] = useState(false)
  // Opened by a click, the menu leaves the focus on its button and hears of no key.
  useWindowEvent('keydown', ({ key }) => {
    if (key === 'Escape') setOpen(false)
  })
  const shown = options.filter((one) => one.label.toLowerCase().includes(text.toLowerCase()))
  const [first] = chosen ?? []
  const only = chosen?.length === 1 && options.find(({ value }) => value === first)
  const words = only ? only.label : chosen ? t('some', { label, count: chosen.length }) : label
  const choose = (values: string[]) => {
    onChange(values.length === 0 || values.length === options.length ? null : values)
  }
  return (
    <Menu opened={isOpen} onChange={setOpen} position="bottom-end" closeOnItemClick={false}>
      <Menu.Target>
        <Button
          variant={chosen ? 'light' : 'default'}
          color="gray"
          rightSection={<FoldedOutIcon size={14} />}
          aria-label={chosen ? `${label}: ${words}` : label}
        >
          {words}
        </Button>
      </Menu.Target>
      <Menu.Dropdown mah={360} style={{ overflowY: 'auto' }}>
        {options.length > MANY && (
          <Menu.Search
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
            placeholder={t('find')}
            aria-label={t('find')}
          />
        )}
        <Menu.Item disabled={chosen === null} onClick={() => onChange(null)}>
          {t('all')}
        </Menu.Item>
        <Menu.CheckboxGroup value={[...(chosen ?? [])]} onChange={choose}>
          {shown.map(({ value, label: name }) => (
            <Menu.CheckboxItem key={value} value={value}>
              {name}
            </Menu.CheckboxItem>
          ))}
        </Menu.CheckboxGroup>
      </Menu.Dropdown>
    </Menu>
  )
}
