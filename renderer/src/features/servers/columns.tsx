import { Button, Switch } from '@mantine/core'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { problemFixes } from '../../../../shared/server-problem.ts'
import { useMayChange } from '../../shell/me.ts'
import { OwnerWord, useLockWords } from '../../shell/sharing.tsx'
import type { Column } from '../../ui/row-props.ts'
import { Dot } from '../../ui/state.tsx'
import type { ShownServer } from './server-list.ts'
import styles from './servers.module.css'
import { StateWords } from './state-words.tsx'
import { useFormat } from '../../ui/use-format.ts'
import type { Fixing } from './use-fixing.ts'

type ColumnsOptions = {
  /** Beside a pane there is less room, and the pane has the rest. */
  isNarrow: boolean
  onToggle: (one: ShownServer) => void
  fixing: Fixing
}

/** Names have 32 characters at most; what is left is for the state. */
const NAME_WIDTH = 260

export function useColumns({ isNarrow, onToggle, fixing }: ColumnsOptions): Column<ShownServer>[] {
  const { t } = useTranslation('servers')
  const format = useFormat()
  return useMemo(() => {
    const number = (value: number | null, write: (value: number) => string) =>
      value === null ? t('ui:unknown') : write(value)
    const numbers: Column<ShownServer>[] = [
      {
        ...{ key: 'tools', label: t('columns.tools'), width: 48, align: 'right', yields: 3 },
        render: ({ server }) => number(server.toolCount, format.number),
      },
      {
        ...{ key: 'tokens', label: t('columns.tokens'), width: 56, align: 'right', yields: 2 },
        render: ({ server }) => number(server.tokenCount, format.about),
      },
    ]
    const start: Column<ShownServer> = {
      ...{ key: 'start', label: t('columns.start'), width: 64, align: 'right', yields: 1 },
      render: ({ server }) => number(server.startMs, format.duration),
    }
    return [
      {
        ...{ key: 'on', label: t('columns.on'), width: 36 },
        render: (one) => <OnSwitch one={one} onToggle={onToggle} />,
      },
      {
        ...{ key: 'name', label: t('columns.name'), minWidth: 120 },
        ...(!isNarrow && { maxWidth: NAME_WIDTH }),
        render: (one) => <Name one={one} />,
      },
      {
        ...{ key: 'state', label: t('columns.state'), minWidth: 110 },
        render: (one) => <StateCell one={one} fixing={isNarrow ? null : fixing} />,
      },
      ...numbers,
      ...(isNarrow ? [] : [start]),
    ]
  }, [t, format, isNarrow, onToggle, fixing])
}

function OnSwitch({ one, onToggle }: { one: ShownServer } & Pick<ColumnsOptions, 'onToggle'>) {
  const { t } = useTranslation('servers')
  const { name, enabled } = one.server
  const locked = useLockWords()(one.server)
  return (
    // The switch is for the switch alone: it does not open the pane.
    <span className={styles.switch} title={locked} onClick={(event) => event.stopPropagation()}>
      <Switch
        checked={enabled}
        disabled={locked !== undefined}
        aria-label={t('onName', { name })}
        tabIndex={-1}
        onChange={() => onToggle(one)}
      />
    </span>
  )
}

function Name({ one: { server, state } }: { one: ShownServer }) {
  return (
    <span className={styles.name} title={server.description || server.name}>
      <Dot tone={state.tone} isPulsing={state.key === 'starting'} />
      <span className={styles.cut}>
        {server.name}
        <OwnerWord thing={server} />
      </span>
    </span>
  )
}

/** With the one button that is most likely to help, where there is room. */
function StateCell({ one, fixing }: { one: ShownServer; fixing: Fixing | null }) {
  const { server, state } = one
  const mayChange = useMayChange()(server)
  const isFixable = mayChange && state.since === null
  const fix = state.problem && isFixable ? problemFixes(state.problem)[0] : undefined
  return (
    <span className={styles.stateCell}>
      <StateWords state={state} />
      {fixing && fix && state.problem && (
        <Button
          size="compact-xs"
          variant="default"
          className={styles.rowFix}
          aria-label={fixing.nameOf(fix, server)}
          onClick={(event) => {
            event.stopPropagation()
            if (state.problem) fixing.run(fix, server, state.problem)
          }}
        >
          {fixing.labelOf(fix, state.problem)}
        </Button>
      )}
    </span>
  )
}
