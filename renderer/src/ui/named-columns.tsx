import { ActionIcon, Menu, Switch } from '@mantine/core'
import type { ReactNode } from 'react'
import { MoreIcon } from './icons.ts'
import type { Column } from './row-props.ts'

type SwitchColumn<T> = {
  label: string
  /** The switch's own name, with the thing's in it. */
  nameOf: (item: T) => string
  onToggle: (item: T) => void
  /** Why it cannot be switched by whoever looks; undefined where it can. */
  lockedWhy?: (item: T) => string | undefined
}

/** On and off, as the first column; in a row the list's own keys come first. */
export function switchColumn<T extends { enabled: boolean }>(options: SwitchColumn<T>): Column<T> {
  return {
    key: 'on',
    label: options.label,
    width: 36,
    render(item) {
      const why = options.lockedWhy?.(item)
      return (
        <Switch
          checked={item.enabled}
          disabled={why !== undefined}
          aria-label={options.nameOf(item)}
          tabIndex={-1}
          wrapperProps={{ title: why }}
          onClick={(event) => event.stopPropagation()}
          onChange={() => options.onToggle(item)}
        />
      )
    },
  }
}

type MenuColumn<T> = {
  label: string
  nameOf: (item: T) => string
  /** `Menu.Item`s; `null` where nothing can be done with it. */
  items: (item: T) => ReactNode
}

/** What else can be done with a row, as its last column. */
export function menuColumn<T>({ label, nameOf, items }: MenuColumn<T>): Column<T> {
  return {
    key: 'more',
    label,
    width: 28,
    isLabelHidden: true,
    render(item) {
      const content = items(item)
      return (
        content && (
          <Menu position="bottom-end" withinPortal>
            <Menu.Target>
              <ActionIcon
                tabIndex={-1}
                aria-label={nameOf(item)}
                onClick={(event) => event.stopPropagation()}
              >
                <MoreIcon size={16} />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown onClick={(event) => event.stopPropagation()}>{content}</Menu.Dropdown>
          </Menu>
        )
      )
    },
  }
}
