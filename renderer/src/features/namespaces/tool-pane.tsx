import { Button, Switch } from '@mantine/core'
import type { RefObject } from 'react'
import { useTranslation } from 'react-i18next'
import type { NamespaceOffer } from '../../../../shared/offer.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import type { Draft } from './draft.ts'
import { isHeld } from './held.ts'
import { HintFields } from './hint-fields.tsx'
import styles from './pane.module.css'
import { SeenBy } from './seen-by.tsx'
import { Standing } from './standing.tsx'
import type { ToolNode } from './tree-model.ts'
import { useFormat } from '../../ui/use-format.ts'
import type { NamespaceActions } from './use-namespace.ts'
import { WordsForm } from './words-form.tsx'

type ToolPaneProps = {
  offer: NamespaceOffer
  node: ToolNode
  actions: NamespaceActions
  /** What was written and not saved, by row: another row may be looked at meanwhile. */
  drafts: Map<string, Draft>
  nameField: RefObject<HTMLInputElement | null>
  onWhy: () => void
}

/** One tool as this namespace shows it, and what may be written over its own words. */
export function ToolPane({ offer, node, actions, drafts, nameField, onWhy }: ToolPaneProps) {
  const { t } = useTranslation('namespaces')
  const { about } = useFormat()
  const { server, tool } = node
  const isChanged = Object.keys(tool.changed).length > 0
  return (
    <div className={styles.pane}>
      <header className={styles.head}>
        <h2 className={styles.machine} translate="no">
          {tool.name}
        </h2>
        <CopyButton text={tool.name} label={t('pane.name')} />
      </header>
      <p className={styles.note}>
        {t('pane.of', { server: server.name, tool: tool.tool })}
        {' · '}
        {t('facts.tokens', { count: tool.tokens, about: about(tool.tokens) })}
      </p>
      {!isHeld(tool) && (
        <Switch
          checked={tool.on}
          disabled={actions.isLocked}
          label={t('pane.on', { namespace: offer.name })}
          onChange={() => actions.switchTool(node)}
        />
      )}
      <Standing offer={offer} node={node} actions={actions} onWhy={onWhy} />
      <fieldset className={styles.fields} disabled={actions.isLocked} aria-label={t('pane.own')}>
        <WordsForm
          key={node.id}
          id={node.id}
          words={tool}
          exposed={tool.exposed}
          onSave={(overrides) =>
            actions.patchTools([{ serverId: server.id, tool: tool.tool, ...overrides }])
          }
          drafts={drafts}
          nameField={nameField}
        />
        <HintFields node={node} actions={actions} />
      </fieldset>
      <footer className={styles.foot}>
        <Button
          disabled={actions.isLocked || !isChanged}
          onClick={() => void actions.reset([node])}
        >
          {t('menu.reset')}
        </Button>
        <Button onClick={onWhy}>{t(tool.hiddenBy === null ? 'why.askSeen' : 'why.ask')}</Button>
      </footer>
      <SeenBy offer={offer} />
    </div>
  )
}
