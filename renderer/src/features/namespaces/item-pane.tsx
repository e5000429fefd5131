import { Button, Switch } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import type { RefObject } from 'react'
import { useTranslation } from 'react-i18next'
import type { NamespaceOffer } from '../../../../shared/offer.ts'
import { useTRPC } from '../../trpc.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import { tellProblem } from '../../ui/undo.ts'
import type { Draft } from './draft.ts'
import { isChanged, nameOf, type ItemNode } from './item-model.ts'
import styles from './pane.module.css'
import { SeenBy } from './seen-by.tsx'
import type { ItemActions } from './use-items.ts'
import type { NamespaceActions } from './use-namespace.ts'
import { WordsForm } from './words-form.tsx'

type ItemPaneProps = {
  offer: NamespaceOffer
  node: ItemNode
  items: ItemActions
  actions: NamespaceActions
  /** What was written and not saved, by row. */
  drafts: Map<string, Draft>
  nameField: RefObject<HTMLInputElement | null>
}

/** A prompt, resource or template as this namespace shows it, and what may be written over it. */
export function ItemPane(props: ItemPaneProps) {
  const { offer, node, items, drafts, nameField } = props
  const { t } = useTranslation('namespaces')
  const { one, item, server, kind } = node
  const name = nameOf(node)
  return (
    <div className={styles.pane}>
      <header className={styles.head}>
        <h2 className={styles.machine} translate="no">
          {name}
        </h2>
        <CopyButton text={name} label={t(kind === 'prompt' ? 'pane.name' : 'column.uri')} />
      </header>
      <p className={styles.note}>
        {kind === 'prompt'
          ? t('pane.of', { server: server.name, tool: item })
          : t(`pane.${kind}Of`, { server: server.name })}
        {kind !== 'prompt' && one.mimeType !== null && ` · ${one.mimeType}`}
      </p>
      <Switch
        checked={one.on}
        disabled={items.isLocked}
        label={t('pane.on', { namespace: offer.name })}
        onChange={() => items.switchItem(node)}
      />
      <ItemStanding {...props} />
      <fieldset className={styles.fields} disabled={items.isLocked} aria-label={t('pane.words')}>
        <WordsForm
          key={node.id}
          id={node.id}
          words={one}
          exposed={kind === 'prompt' ? one.exposed : null}
          onSave={(overrides) => items.write(node, overrides)}
          drafts={drafts}
          nameField={nameField}
        />
      </fieldset>
      <footer className={styles.foot}>
        <Button
          disabled={items.isLocked || !isChanged(node)}
          onClick={() => void items.reset([node])}
        >
          {t('menu.reset')}
        </Button>
      </footer>
      <SeenBy offer={offer} />
    </div>
  )
}

/** Why clients do not see it, with what helps; and why it is called otherwise. */
function ItemStanding({ offer, node, items, actions }: ItemPaneProps) {
  const { t } = useTranslation('namespaces')
  const enable = useMutation(useTRPC().servers.setEnabled.mutationOptions())
  const { one, server, kind } = node
  const values = { server: server.name, namespace: offer.name }
  const fixes = {
    'item-off': () => items.switchItem(node),
    'server-off': () => actions.switchServer(offer, server.id, true),
    'server-off-everywhere': () =>
      enable.mutate(
        { id: server.id, enabled: true },
        { onError: (error) => tellProblem(error, t('notChanged')) },
      ),
  }
  const { hiddenBy } = one
  return (
    <>
      {hiddenBy !== null && (
        <div className={styles.standing}>
          <p>{t(`hidden.${hiddenBy}`, values)}</p>
          <Button disabled={items.isLocked} onClick={fixes[hiddenBy]}>
            {t(`hidden.fix.${hiddenBy}`, values)}
          </Button>
        </div>
      )}
      {kind !== 'prompt' && one.lostTo !== null && (
        <p className={styles.note}>{t('renamed.uri', { rival: one.lostTo })}</p>
      )}
      {kind === 'prompt' && one.renamed && (
        <p className={styles.note}>
          {t(`renamed.${one.renamed.why === 'taken' ? 'takenPrompt' : one.renamed.why}`, {
            name: one.name,
            wanted: one.changed.name ?? (offer.prefix ? `${server.name}__${node.item}` : node.item),
            rival: one.renamed.why === 'taken' ? one.renamed.rival : '',
          })}
        </p>
      )}
    </>
  )
}
