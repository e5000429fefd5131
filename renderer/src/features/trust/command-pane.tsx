import { Button } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { drawHidden } from '../../../../shared/hidden-characters.ts'
import { useCommands } from '../../ui/commands.ts'
import { State } from '../../ui/state.tsx'
import { whyOf } from './list.tsx'
import styles from './trust.module.css'
import type { CommandRow } from './trust-rows.ts'
import type { Deciding } from './use-deciding.ts'

/** `isOld`: it would run something else by now. */
type CommandPaneProps = { row: CommandRow; isOld: boolean; deciding: Deciding }

/** What a server would run, whole, one argument a line. */
export function CommandPane({ row, isOld, deciding }: CommandPaneProps) {
  const { t } = useTranslation('trust')
  const { server, serverId, command, args, cwd, envNames, envValues } = row
  const approve = () => void deciding.accept(row)
  const remove = () => void deciding.refuse(row)
  useCommands([
    {
      ...{ id: 'trust.accept', label: t('command.approve', { name: server }) },
      ...{ shortcut: 'mod+Enter', run: approve },
    },
  ])
  return (
    <div className={styles.pane}>
      <header className={styles.head}>
        <h2 className={styles.title} translate="no">
          {server}
        </h2>
      </header>
      <State tone="warn">{t(whyOf(row))}</State>
      <section className={styles.part}>
        <h3 className={styles.label}>{t('wouldRun')}</h3>
        <ol className={styles.command} tabIndex={0} aria-label={t('wouldRun')} translate="no">
          {[command, ...args].map((word, index) => (
            <li key={index}>{drawHidden(word) || '""'}</li>
          ))}
        </ol>
      </section>
      {cwd !== null && <Fact label={t('in')} text={cwd} />}
      {envNames.length > 0 && (
        <Fact label={t('with')} text={envNames.map((one) => setting(one, envValues)).join('\n')} />
      )}
      <p className={styles.note}>
        {t('runsAsYou')}{' '}
        <Link to="/servers" search={{ selected: serverId, tab: 'configuration' }}>
          {t('showServer')}
        </Link>
      </p>
      <div className={styles.buttons}>
        <Button variant="filled" disabled={isOld} onClick={approve}>
          {t('approve')}
        </Button>
        <Button onClick={remove}>{t('remove', { server })}</Button>
      </div>
    </div>
  )
}

/** Values that are secret are not here to be shown. */
function setting(name: string, values: Record<string, string>): string {
  return Object.hasOwn(values, name) ? `${name}=${values[name]}` : name
}

function Fact({ label, text }: { label: string; text: string }) {
  return (
    <section className={styles.part}>
      <h3 className={styles.label}>{label}</h3>
      <p className={styles.quoted} translate="no">
        {drawHidden(text)}
      </p>
    </section>
  )
}
