import { NativeSelect } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { ChangedTools, NewTools } from '../../../../shared/namespace.ts'
import type { NamespaceOffer } from '../../../../shared/offer.ts'
import { useTRPC } from '../../trpc.ts'
import { tellProblem } from '../../ui/undo.ts'
import styles from './namespaces.module.css'
import type { ServerNode } from './tree-model.ts'
import { useIsLocked } from './use-locked.ts'
import type { NamespaceActions } from './use-namespace.ts'

/** What can be said of a server's new tools; `null`: what the namespace says. */
export const NEW_TOOLS = [null, 'on', 'off', 'ask'] as const satisfies (NewTools | null)[]

const CHANGED_TOOLS = ['off', 'warn', 'block'] as const satisfies ChangedTools[]

type Rules = Pick<NamespaceOffer, 'id' | 'newTools' | 'changedTools'>

/** The rules below what clients of a namespace get. */
export function ToolRules({ offer }: { offer: NamespaceOffer }) {
  return (
    <div className={styles.facts}>
      <RuleFields of={offer} className={styles.rule ?? ''} />
    </div>
  )
}

/** What becomes of tools that come, and of tools that change; each applies at once. */
export function RuleFields({ of, className }: { of: Rules; className: string }) {
  const { t } = useTranslation('namespaces')
  const isLocked = useIsLocked()(of.id)
  const cache = useQueryClient()
  // Over once what was chosen can be read.
  const onSuccess = () => cache.invalidateQueries({ queryKey: [['namespaces']] })
  const update = useMutation(useTRPC().namespaces.update.mutationOptions({ onSuccess }))
  const set = (patch: { newTools?: NewTools; changedTools?: ChangedTools }) =>
    update.mutate({ id: of.id, patch }, { onError: (error) => tellProblem(error, t('notChanged')) })
  // What was chosen is shown until the core says what is so.
  const shown = { ...of, ...(update.isPending && update.variables.patch) }
  return (
    <>
      <NativeSelect
        className={className}
        label={t('newTools.title')}
        disabled={isLocked}
        value={shown.newTools}
        data={NEW_TOOLS.flatMap((value) =>
          value === null ? [] : [{ value, label: t(`newTools.${value}`) }],
        )}
        onChange={(event) => {
          const rule = NEW_TOOLS.find((one) => one === event.currentTarget.value)
          if (rule) set({ newTools: rule })
        }}
      />
      <NativeSelect
        className={className}
        label={t('changedTools.title')}
        disabled={isLocked}
        value={shown.changedTools}
        data={CHANGED_TOOLS.map((value) => ({ value, label: t(`changedTools.${value}`) }))}
        onChange={(event) => {
          const rule = CHANGED_TOOLS.find((one) => one === event.currentTarget.value)
          if (rule) set({ changedTools: rule })
        }}
      />
    </>
  )
}

type ServerRuleProps = { offer: NamespaceOffer; node: ServerNode; actions: NamespaceActions }

/** The same of one server's new tools. */
export function ServerNewTools({ offer, node: { server }, actions }: ServerRuleProps) {
  const { t } = useTranslation('namespaces')
  const rule = t(`newTools.${offer.newTools}`)
  return (
    <NativeSelect
      label={t('newTools.ofServer')}
      disabled={actions.isLocked}
      value={server.newTools ?? ''}
      data={NEW_TOOLS.map((value) => ({
        value: value ?? '',
        label: value === null ? t('newTools.asNamespaceNow', { rule }) : t(`newTools.${value}`),
      }))}
      onChange={(event) => {
        const { value } = event.currentTarget
        const chosen = NEW_TOOLS.find((one) => (one ?? '') === value)
        if (chosen !== undefined) actions.setNewTools(offer, server.id, chosen)
      }}
    />
  )
}
