import { Button, Menu, VisuallyHidden } from '@mantine/core'
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { isOwnModule, type MiddlewareEntry } from '../../../../shared/middleware.ts'
import { AddIcon } from '../../ui/icons.ts'
import { ListAndPane } from '../../ui/list-and-pane.tsx'
import { LoadingRows } from '../../ui/loading.tsx'
import { MiddlewareList } from './middleware-list.tsx'
import styles from './middleware.module.css'
import pane from './pane.module.css'
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
  const [fresh, setFresh] = useState<MiddlewareEntry | null>(null)
  const [said, setSaid] = useState('')
  const { entries } = actions
  const selected = /^\d+$/.test(item) ? Number(item) : -1
  const entry = fresh ?? entries[selected]
  const select = (at: number) => {
    setFresh(null)
    onItem(String(at))
  }
  const move = async (at: number, to: number) => {
    const now = await actions.move(at, to)
    const what = actions.name(entries[at]?.use ?? '')
    setSaid(t('order.now', { name: what, position: now + 1, count: entries.length }))
    if (selected === at) onItem(String(now))
  }
  const close = () => {
    setFresh(null)
    onItem('')
  }
  const remove = (at: number) => void actions.remove(at).then((isGone) => isGone && close())
  return (
    <>
      <ListAndPane
        list={
          <div className={styles.column}>
            <MiddlewareList
              label={t('middleware.of', { name })}
              actions={actions}
              selected={fresh ? -1 : selected}
              onSelect={select}
              onMove={(at, to) => void move(at, to)}
              onRemove={remove}
            />
            <AddMenu actions={actions} onAdd={(use) => setFresh({ use })} />
          </div>
        }
        pane={
          entry && (
            <EntryPane
              key={fresh ? `new ${fresh.use}` : keyOf(entry, selected)}
              actions={actions}
              entry={entry}
              at={fresh ? entries.length : selected}
              onSaved={select}
              onClose={close}
            />
          )
        }
        label={entry ? actions.name(entry.use) : t('tab.middleware')}
        onClose={close}
      />
      <VisuallyHidden role="status">{said}</VisuallyHidden>
    </>
  )
}

/** Another one where the options are others now; what is written survives a switch. */
function keyOf(entry: MiddlewareEntry, at: number): string {
  return `${at} ${JSON.stringify({ ...entry, enabled: true })}`
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
