import { ActionIcon, Button, Splitter } from '@mantine/core'
import { useLocalStorage, useMediaQuery, type SplitterPaneSize } from '@mantine/hooks'
import { useEffect, useRef, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { BackIcon, CloseIcon } from './icons.ts'
import styles from './list-and-pane.module.css'
import { gridOr, useFocusBack } from './use-focus-back.ts'

export type ListAndPaneProps = {
  list: ReactNode
  /** Of the selected thing; `null` for none. */
  pane: ReactNode | null
  /** The selected thing's name: the pane is called that. */
  label: string
  onClose: () => void
}

/** A list, and beside it the selected thing. In a narrow window the pane covers the list. */
export function ListAndPane({ list, pane, label, onClose }: ListAndPaneProps) {
  const isNarrow = useMediaQuery('(max-width: 999px)', false, { getInitialValueInEffect: false })
  const [width, setWidth] = useLocalStorage<SplitterPaneSize>({
    key: 'pane',
    defaultValue: '400px',
    getInitialValueInEffect: false,
  })
  const aside = useRef<HTMLElement>(null)
  const listBox = useRef<HTMLDivElement>(null)
  useFocusBack(aside, () => gridOr(listBox.current))
  useEffect(() => {
    if (pane === null) return
    const close = (event: KeyboardEvent) => {
      if (event.key === 'Escape' && !event.defaultPrevented && !isInside(event.target)) onClose()
    }
    document.addEventListener('keydown', close)
    return () => document.removeEventListener('keydown', close)
  }, [pane, onClose])

  const side = pane !== null && (
    <aside ref={aside} className={styles.pane} aria-label={label} tabIndex={-1}>
      <CloseButton isNarrow={isNarrow} onClose={onClose} />
      {pane}
    </aside>
  )
  const isBeside = side && !isNarrow
  // The list keeps its place in the tree, and with it the focus and how far it was scrolled.
  return (
    <div className={styles.root}>
      <Splitter
        className={styles.both}
        lineSize={1}
        withHandle={false}
        sizes={isBeside ? ['100%', width] : ['100%']}
        onSizeChange={([, right]) => right !== undefined && setWidth(right)}
      >
        <Splitter.Pane defaultSize="100%" min="30%">
          <div ref={listBox} className={styles.list} inert={side !== false && isNarrow}>
            {list}
          </div>
        </Splitter.Pane>
        {isBeside && (
          <Splitter.Pane defaultSize="400px" min="280px" max="720px">
            {side}
          </Splitter.Pane>
        )}
      </Splitter>
      {side && isNarrow && <div className={styles.cover}>{side}</div>}
    </div>
  )
}

/** In a narrow window it leads back to the list, at the place where one looks for that. */
function CloseButton({ isNarrow, onClose }: { isNarrow: boolean; onClose: () => void }) {
  const { t } = useTranslation('ui')
  return isNarrow ? (
    <Button
      className={styles.back}
      variant="subtle"
      color="gray"
      size="compact-sm"
      leftSection={<BackIcon size={16} />}
      onClick={onClose}
    >
      {t('back')}
    </Button>
  ) : (
    <ActionIcon className={styles.close} aria-label={t('close')} onClick={onClose}>
      <CloseIcon size={16} />
    </ActionIcon>
  )
}

/** In a dialog or a menu, Escape is theirs; in a field, it is for leaving the field. */
function isInside(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    target.closest('[role="dialog"], [role="menu"], input, textarea, select, [contenteditable]') !==
      null
  )
}
