import { ActionIcon, Menu, Tabs, Tooltip } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { serverState } from '../../../../shared/server-state.ts'
import type { ServerView } from '../../../../shared/server.ts'
import { useMayChange } from '../../shell/me.ts'
import { ShareField } from '../../shell/sharing.tsx'
import { useTRPCClient } from '../../trpc.ts'
import { shortcutText, useCommands } from '../../ui/commands.ts'
import { AgainIcon, EditIcon, MoreIcon } from '../../ui/icons.ts'
import { Machine } from '../../ui/machine.tsx'
import { ConfigurationTab } from './configuration/tab.tsx'
import { useInspect } from './inspect.ts'
import { LogTab } from './log-tab.tsx'
import styles from './pane.module.css'
import { launchOf } from './server-list.ts'
import { ServerCheck } from './server-check.tsx'
import { ServerProblem } from './server-problem.tsx'
import { ServerState } from './state-words.tsx'
import { ToolsTab } from './tools-tab.tsx'
import { useAddress } from './use-address.ts'
import { UsedByTab } from './used-by-tab.tsx'
import { useFormat } from '../../ui/use-format.ts'
import { useServerActions } from './use-server-actions.ts'

const TABS = ['tools', 'log', 'configuration', 'used-by'] as const

/** One server: how it is, what is wrong with it, and all that is known and set. */
export function ServerPane({ server }: { server: ServerView }) {
  const { t } = useTranslation('servers')
  const { search, go } = useAddress()
  const client = useTRPCClient()
  const share = (id: string, shared: boolean) =>
    client.servers.update.mutate({ id, patch: { shared } })
  const mayChange = useMayChange()(server)
  const state = serverState(server)
  const tab = TABS.find((one) => one === search.tab) ?? 'tools'
  return (
    <div className={styles.pane}>
      <header className={styles.head}>
        <h2 className={styles.title}>{server.name}</h2>
        <Actions server={server} />
      </header>
      {(!state.problem || state.since !== null) && (
        <div className={styles.standing}>
          <ServerState state={state} />
          <Facts server={server} />
        </div>
      )}
      {state.problem && state.key !== 'off' && (
        <ServerProblem server={server} problem={state.problem} />
      )}
      {launchOf(server) !== '' && (
        <Machine text={launchOf(server)} label={t(server.url ? 'address' : 'command')} />
      )}
      {mayChange && server.enabled && <ServerCheck key={server.id} server={server} />}
      <ShareField thing={server} onChange={(shared) => share(server.id, shared)} />
      <Tabs
        value={tab}
        onChange={(next) => go({ tab: next ?? undefined, focus: undefined })}
        className={styles.tabs}
      >
        <Tabs.List>
          {TABS.map((one) => (
            <Tabs.Tab key={one} value={one}>
              {t(`tabs.${one}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="tools">
          <ToolsTab server={server} />
        </Tabs.Panel>
        <Tabs.Panel value="log">{mayChange ? <LogTab server={server} /> : <NotTold />}</Tabs.Panel>
        <Tabs.Panel value="configuration">
          {mayChange ? <ConfigurationTab server={server} /> : <NotTold />}
        </Tabs.Panel>
        <Tabs.Panel value="used-by">
          <UsedByTab server={server} />
        </Tabs.Panel>
      </Tabs>
    </div>
  )
}

/** What runs and what it prints may hold secrets: who may only use it is not told. */
function NotTold() {
  const { t } = useTranslation('servers')
  return <p className={styles.note}>{t('notTold')}</p>
}

/** Since when it runs, and how long its start took. */
function Facts({ server }: { server: ServerView }) {
  const { t } = useTranslation(['servers', 'shared'])
  const format = useFormat()
  const { state, startedAt, startMs } = server
  if (serverState(server).key === 'idle') {
    return <span className={styles.note}>{t('shared:hint.idle')}</span>
  }
  if (state !== 'running') return null
  const since = startedAt === null ? null : t('since', { time: format.minute(startedAt) })
  const took = startMs === null ? null : t('startTook', { time: format.duration(startMs) })
  return <span className={styles.note}>{[since, took].filter(Boolean).join(' · ')}</span>
}

function Actions({ server }: { server: ServerView }) {
  const { t } = useTranslation(['servers', 'shared'])
  const { go } = useAddress()
  const { startAgain } = useServerActions()
  const mayChange = useMayChange()(server)
  const mayStart = mayChange && server.enabled
  const again = () => void startAgain([server])
  const label = t('shared:fix.start-again')
  useCommands([
    {
      ...{ id: 'server.again', label: t('againName', { name: server.name }), shortcut: 'mod+R' },
      run: () => mayStart && again(),
    },
  ])
  return (
    <span className={styles.actions}>
      <Tooltip label={`${label} ${shortcutText('mod+R')}`}>
        <ActionIcon aria-label={label} disabled={!mayStart} onClick={again}>
          <AgainIcon size={16} />
        </ActionIcon>
      </Tooltip>
      <Tooltip label={t('shared:fix.edit')}>
        <ActionIcon
          aria-label={t('shared:fix.edit')}
          disabled={!mayChange}
          onClick={() => go({ tab: 'configuration', focus: 'name' })}
        >
          <EditIcon size={16} />
        </ActionIcon>
      </Tooltip>
      <MoreMenu server={server} />
    </span>
  )
}

function MoreMenu({ server }: { server: ServerView }) {
  const { t } = useTranslation(['servers', 'shared', 'ui'])
  const { go } = useAddress()
  const inspect = useInspect()
  const actions = useServerActions()
  const mayChange = useMayChange()(server)
  const copy = () => void navigator.clipboard.writeText(launchOf(server))
  const remove = () => {
    go({ selected: undefined })
    void actions.remove([server])
  }
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon aria-label={t('ui:more')}>
          <MoreIcon size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item rightSection="I" onClick={() => inspect(server.id)}>
          {t('inspect')}
        </Menu.Item>
        <Menu.Item rightSection="L" onClick={() => go({ tab: 'log' })}>
          {t('shared:fix.show-log')}
        </Menu.Item>
        <Menu.Item rightSection={shortcutText('mod+C')} disabled={!mayChange} onClick={copy}>
          {t(server.url ? 'copyAddress' : 'copyCommand')}
        </Menu.Item>
        {mayChange && server.signIn === 'needed' && (
          <Menu.Item onClick={() => void actions.signIn(server)}>
            {t('shared:fix.sign-in')}
          </Menu.Item>
        )}
        {mayChange && server.signIn === 'signed-in' && (
          <Menu.Item onClick={() => void actions.signOut(server)}>{t('signOut')}</Menu.Item>
        )}
        <Menu.Divider />
        <Menu.Item rightSection={shortcutText('Backspace')} disabled={!mayChange} onClick={remove}>
          {t('remove')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
