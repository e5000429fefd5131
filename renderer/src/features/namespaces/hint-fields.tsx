import { NativeSelect } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { HINTS, withHint, type Hint } from './hints.ts'
import styles from './pane.module.css'
import type { ToolNode } from './tree-model.ts'
import type { NamespaceActions } from './use-namespace.ts'

type HintFieldsProps = { node: ToolNode; actions: NamespaceActions }

/** How a tool behaves, as clients are told; each applies at once. */
export function HintFields({ node, actions }: HintFieldsProps) {
  const { t } = useTranslation('namespaces')
  const { server, tool } = node
  const set = (hint: Hint, value: boolean | null) =>
    void actions.patchTools([
      {
        serverId: server.id,
        tool: tool.tool,
        annotations: withHint(tool.changed.annotations, hint, value),
      },
    ])
  return (
    <fieldset className={styles.hints}>
      <legend className={styles.label}>{t('hints.title')}</legend>
      {HINTS.map((hint) => (
        <NativeSelect
          key={hint}
          label={t(`hints.${hint}`)}
          classNames={{ root: styles.hint ?? '' }}
          value={wordOf(tool.changed.annotations?.[hint])}
          data={[
            { value: 'own', label: t(`hints.own.${wordOf(tool.annotations?.[hint])}`) },
            { value: 'yes', label: t('hints.yes') },
            { value: 'no', label: t('hints.no') },
          ]}
          onChange={(event) => {
            const { value } = event.currentTarget
            set(hint, value === 'own' ? null : value === 'yes')
          }}
        />
      ))}
    </fieldset>
  )
}

function wordOf(value: unknown): 'yes' | 'no' | 'own' {
  return value === true ? 'yes' : value === false ? 'no' : 'own'
}
