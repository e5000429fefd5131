import { Button } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { NamespaceOffer } from '../../../../shared/offer.ts'
import { useTRPC } from '../../trpc.ts'
import { tellProblem } from '../../ui/undo.ts'
import { isHeld } from './held.ts'
import styles from './pane.module.css'
import type { ToolNode } from './tree-model.ts'
import type { NamespaceActions } from './use-namespace.ts'
import { useLook } from './use-look.ts'

type StandingProps = {
  offer: NamespaceOffer
  node: ToolNode
  actions: NamespaceActions
  onWhy: () => void
}

/** Why clients do not see a tool, with what helps; and why it is called otherwise. */
export function Standing({ offer, node, actions, onWhy }: StandingProps) {
  const { t } = useTranslation('namespaces')
  const trpc = useTRPC()
  const enable = useMutation(trpc.servers.setEnabled.mutationOptions())
  const { server, tool } = node
  const look = useLook()
  const values = { server: server.name, namespace: offer.name, tool: tool.tool }
  const switchOn = () => {
    if (isHeld(tool)) return look(node)
    if (tool.hiddenBy === 'tool-off') return actions.switchTool(node)
    if (tool.hiddenBy === 'server-off') return actions.switchServer(offer, server.id, true)
    enable.mutate(
      { id: server.id, enabled: true },
      { onError: (error) => tellProblem(error, t('notChanged')) },
    )
  }
  return (
    <>
      {tool.hiddenBy !== null && (
        <div className={styles.standing}>
          <p>{t(`hidden.${tool.hiddenBy}`, values)}</p>
          <Button disabled={actions.isLocked} onClick={switchOn}>
            {t(`hidden.fix.${tool.hiddenBy}`, values)}
          </Button>
        </div>
      )}
      {tool.hiddenBy === null && tool.isChanged && (
        <div className={styles.standing}>
          <p>{t('hidden.changed-on', values)}</p>
          <Button onClick={() => look(node)}>{t('hidden.fix.tool-changed')}</Button>
        </div>
      )}
      {tool.hiddenBy === null && !offer.enabled && (
        <div className={styles.standing}>
          <p>{t('hidden.namespace-off', values)}</p>
          <Button onClick={onWhy}>{t('why.ask')}</Button>
        </div>
      )}
      {tool.renamed && (
        <p className={styles.note}>
          {t(`renamed.${tool.renamed.why}`, {
            ...values,
            name: tool.name,
            wanted:
              tool.changed.name ?? (offer.prefix ? `${server.name}__${tool.tool}` : tool.tool),
            rival: tool.renamed.why === 'taken' ? tool.renamed.rival : '',
          })}
        </p>
      )}
    </>
  )
}
