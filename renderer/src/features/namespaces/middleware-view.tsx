import { Button, Menu, VisuallyHidden } from '@mantine/core'
import { lazy, Suspense, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { isOwnModule, type MiddlewareEntry } from '../../../../shared/middleware.ts'
import { AddIcon } from '../../ui/icons.ts'
import { ListAndPane } from '../../ui/list-and-pane.tsx'
import { LoadingRows } from '../../ui/loading.tsx'
import { useFocusBack } from '../../ui/use-focus-back.ts'
import { MiddlewareList } from './middleware-list.tsx'
import styles from './middleware.module.css'
import pane from './pane.module.css'
import type { MiddlewareDrafts } from './middleware-form.tsx'
import { useMiddleware, type MiddlewareActions } from './use-middleware.ts'

const MiddlewareForm = lazy(async () => ({
  default: (await import('./middleware-form.tsx')).MiddlewareForm,
}))

type MiddlewareViewProps = {
  id: string
  name: string
  /** The place of the selected one; empty for none. */
  item: string
  onItem: (item: string) => void
}

/** What runs around the calls of a namespace, in order. */
export function MiddlewareView({ id, name, item, onItem }: MiddlewareViewProps) {
  const { t } = useTranslation('namespaces')
  const actions = useMiddleware(id)
  const [drafts] = useState<MiddlewareDrafts>(() => new Map())
  const chosen = useChosen(actions, item, onItem)
  const { entry, key, isNew, at, select, close } = chosen
  const column = useRef<HTMLDivElement>(null)
  // What takes the place of one that goes, or the button for another.
  useFocusBack(column, () =>
    column.current?.querySelector<HTMLElement>('[data-row], :scope > button'),
  )
  return (
    <>
      <ListAndPane
        list={
          <div ref={column} className={styles.column}>
            <MiddlewareList
              label={t('middleware.of', { name })}
              actions={actions}
              selected={isNew ? -1 : at}
              onSelect={select}
              onMove={(from, to) => void chosen.move(from, to)}
              onRemove={chosen.remove}
            />
            <AddMenu actions={actions} onAdd={chosen.begin} />
          </div>
        }
        pane={
          entry && (
            <EntryPane
              key={key}
              {...{ drafts, id: key, actions, entry, at, onSaved: select, onClose: close }}
            />
          )
        }
        label={entry ? actions.name(entry.use) : t('tab.middleware')}
        onClose={close}
      />
      <VisuallyHidden role="status">{chosen.said}</VisuallyHidden>
    </>
  )
}

/** The one that is looked at, by its place (`item`), or one that is being added. */
function useChosen(actions: MiddlewareActions, item: string, onItem: (item: string) => void) {
  const { t } = useTranslation('namespaces')
  const [fresh, setFresh] = useState<MiddlewareEntry | null>(null)
  const [said, setSaid] = useState('')
  const { entries } = actions
  const selected = /^\d+$/.test(item) ? Number(item) : -1
  const close = () => {
    setFresh(null)
    onItem('')
  }
  return {
    ...{ said, close, isNew: fresh !== null },
    entry: fresh ?? entries[selected],
    key: fresh ? `new ${fresh.use}` : keyOf(entries, selected),
    at: fresh ? entries.length : selected,
    begin: (use: string) => setFresh({ use }),
    select(at: number) {
      setFresh(null)
      onItem(String(at))
    },
    async move(at: number, to: number) {
      const now = await actions.move(at, to)
      const what = actions.name(entries[at]?.use ?? '')
      setSaid(t('order.now', { name: what, position: now + 1, count: entries.length }))
      if (selected === at) onItem(String(now))
    },
    remove: (at: number) => void actions.remove(at).then((isGone) => isGone && close()),
  }
}

/**
 * Knows an entry by what it says, wherever it stands and whether or not it is on: another one where
 * its options are others now. Of several that say the same, each counts for itself.
 */
function keyOf(entries: readonly MiddlewareEntry[], at: number): string {
  const words = entries.map((entry) => JSON.stringify({ ...entry, enabled: true }))
  const before = words.slice(0, at).filter((one) => one === words[at]).length
  return `${before} ${words[at] ?? ''}`
}

type AddMenuProps = { actions: MiddlewareActions; onAdd: (use: string) => void }

function AddMenu({ actions, onAdd }: AddMenuProps) {
  const { t } = useTranslation('namespaces')
  return (
    <Menu position="bottom-start" width={360}>
      <Menu.Target>
        <Button
          className={styles.add}
          variant="subtle"
          leftSection={<AddIcon size={14} />}
          disabled={actions.isLocked}
        >
          {t('middleware.add')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {actions.kinds.data?.map(({ use }) => (
          <Menu.Item key={use} onClick={() => onAdd(use)}>
            {actions.name(use)}
            <span className={styles.about}>
              {t(`middleware.kind.${use}.text`, { defaultValue: '' })}
            </span>
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}

type EntryPaneProps = {
  /** What is filled in and not saved, by its id: another one may be looked at meanwhile. */
  drafts: MiddlewareDrafts
  id: string
  actions: MiddlewareActions
  entry: MiddlewareEntry
  /** Beyond the end for a new one. */
  at: number
  onSaved: (at: number) => void
  onClose: () => void
}

function EntryPane(props: EntryPaneProps) {
  const { actions, entry } = props
  const { t } = useTranslation('namespaces')
  const kind = actions.kinds.data?.find(({ use }) => use === entry.use)
  return (
    <div className={pane.pane}>
      <header className={pane.head}>
        <h2>{actions.name(entry.use)}</h2>
      </header>
      <p className={pane.note}>
        {isOwnModule(entry.use)
          ? t('middleware.ownText')
          : t(`middleware.kind.${entry.use}.text`, { defaultValue: '' })}
      </p>
      {kind && (
        <Suspense fallback={<LoadingRows rows={3} />}>
          <MiddlewareForm {...props} kind={kind} />
        </Suspense>
      )}
    </div>
  )
}
