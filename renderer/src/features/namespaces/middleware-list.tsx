import { ActionIcon, Menu, Switch, UnstyledButton } from '@mantine/core'
import type { KeyboardEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { isOwnModule, type MiddlewareEntry } from '../../../../shared/middleware.ts'
import { MoreIcon } from '../../ui/icons.ts'
import { MiddlewareDrag, MiddlewareHandle } from './middleware-drag.tsx'
import styles from './middleware.module.css'
import type { MiddlewareActions } from './use-middleware.ts'

type MiddlewareListProps = {
  label: string
  actions: MiddlewareActions
  /** -1 for none. */
  selected: number
  onSelect: (at: number) => void
  onMove: (at: number, to: number) => void
  onRemove: (at: number) => void
}

/** The list in its order, with what always runs before it. */
export function MiddlewareList(props: MiddlewareListProps) {
  const { label, actions, onMove } = props
  const { t } = useTranslation('namespaces')
  const { entries, name } = actions
  return (
    <MiddlewareDrag names={entries.map(({ use }) => name(use))} onMove={onMove}>
      <ol className={styles.list} aria-label={label}>
        {(['overrides', 'filter'] as const).map((use) => (
          <li key={use} className={styles.row} data-fixed>
            <span className={styles.words}>
              <span className={styles.name}>{t(`middleware.kind.${use}.title`)}</span>
              <span className={styles.about}>{t(`middleware.kind.${use}.text`)}</span>
            </span>
            <span className={styles.always}>{t('middleware.always')}</span>
          </li>
        ))}
        {entries.map((entry, at) => (
          // By its place: what moves there finds the focus there.
          <Row key={at} {...props} entry={entry} at={at} />
        ))}
      </ol>
    </MiddlewareDrag>
  )
}

type RowProps = MiddlewareListProps & { entry: MiddlewareEntry; at: number }

function Row({ entry, at, actions, selected, onSelect, onMove, onRemove }: RowProps) {
  const { t } = useTranslation('namespaces')
  const { isLocked } = actions
  const name = actions.name(entry.use)
  const isOn = entry.enabled !== false
  const about = isOwnModule(entry.use)
    ? t('middleware.own')
    : t(`middleware.kind.${entry.use}.text`, { defaultValue: '' })
  const onKeyDown = (event: KeyboardEvent) => {
    const done = keysOf(event, { move: (by) => onMove(at, at + by), remove: () => onRemove(at) })
    if (done && !isLocked) done()
    if (done) event.preventDefault()
  }
  return (
    <MiddlewareHandle at={at} isFixed={isLocked} isSelected={selected === at}>
      <Switch
        size="xs"
        checked={isOn}
        disabled={isLocked}
        aria-label={t('switch', { name })}
        onChange={() => actions.toggle(at)}
      />
      <UnstyledButton
        className={styles.words}
        aria-current={selected === at || undefined}
        aria-keyshortcuts="Alt+ArrowUp Alt+ArrowDown"
        data-row={at}
        onClick={() => onSelect(at)}
        onKeyDown={onKeyDown}
      >
        <span className={isOn ? styles.name : styles.nameOff}>{name}</span>
        <span className={styles.about}>{about}</span>
      </UnstyledButton>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon size={24} aria-label={t('menu.of', { name })}>
            <MoreIcon size={14} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item disabled={isLocked || at === 0} onClick={() => onMove(at, at - 1)}>
            {t('order.up')}
          </Menu.Item>
          <Menu.Item
            disabled={isLocked || at === actions.entries.length - 1}
            onClick={() => onMove(at, at + 1)}
          >
            {t('order.down')}
          </Menu.Item>
          <Menu.Item disabled={isLocked} onClick={() => onRemove(at)}>
            {t('menu.remove', { name })}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </MiddlewareHandle>
  )
}

type Keys = { move: (by: number) => void; remove: () => void }

/** What a key asks for on a row: to the next ones the focus goes by itself. */
function keysOf(event: KeyboardEvent, { move, remove }: Keys): (() => void) | null {
  const { key, altKey, ctrlKey, metaKey } = event
  const by = key === 'ArrowUp' ? -1 : key === 'ArrowDown' ? 1 : 0
  if (by !== 0 && altKey) return () => focusAfter(event, by, () => move(by))
  if (by !== 0) return () => focusAfter(event, by, () => {})
  return key === 'Backspace' && (ctrlKey || metaKey) ? remove : null
}

/** Rows keep their places while what is in them moves, so the focus follows by the place. */
function focusAfter({ currentTarget }: KeyboardEvent, by: number, work: () => void): void {
  const at = Number((currentTarget as HTMLElement).dataset['row'])
  const list = currentTarget.closest('ol')
  work()
  list?.querySelector<HTMLElement>(`[data-row="${at + by}"]`)?.focus()
}
