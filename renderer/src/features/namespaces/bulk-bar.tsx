import { ActionBar, Button } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { NamespaceOffer } from '../../../../shared/offer.ts'
import { toolsOf } from './tree-model.ts'
import type { NamespaceActions } from './use-namespace.ts'

type BulkBarProps = {
  offer: NamespaceOffer
  marked: ReadonlySet<string>
  actions: NamespaceActions
  /** No pane is open that Escape would close first. */
  isAlone: boolean
  onDone: () => void
}

/** What can be done with many tools at once; a server stands for all of its tools. */
export function BulkBar({ offer, marked, actions, isAlone, onDone }: BulkBarProps) {
  const { t } = useTranslation('namespaces')
  const { isLocked } = actions
  const tools = marked.size > 0 ? toolsOf(offer, marked) : []
  const act = (work: Promise<void>) => void work.then(onDone)
  return (
    <ActionBar
      opened={marked.size > 0}
      onClose={onDone}
      closeOnEscape={isAlone}
      withinPortal={false}
      position={{ bottom: 40, left: 0, right: 0 }}
      transitionProps={{ transition: 'fade', duration: 120 }}
      aria-label={t('bulk.title')}
    >
      <span role="status">{t('bulk.count', { count: tools.length })}</span>
      <ActionBar.Divider />
      <Button disabled={isLocked} onClick={() => act(actions.switchTools(tools, true))}>
        {t('on')}
      </Button>
      <Button disabled={isLocked} onClick={() => act(actions.switchTools(tools, false))}>
        {t('off')}
      </Button>
      <Button disabled={isLocked} onClick={() => act(actions.onlyTools(offer, tools))}>
        {t('bulk.only')}
      </Button>
      <Button
        disabled={isLocked || tools.every(({ tool }) => Object.keys(tool.changed).length === 0)}
        onClick={() => act(actions.reset(tools))}
      >
        {t('menu.reset')}
      </Button>
      <ActionBar.CloseButton aria-label={t('bulk.none')} />
    </ActionBar>
  )
}
