import { ActionBar, Button, Menu } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Namespace } from '../../../../shared/namespace.ts'
import type { ServerView } from '../../../../shared/server.ts'
import { useMayChange } from '../../shell/me.ts'
import { useServerActions } from './use-server-actions.ts'

type BulkBarProps = {
  /** Those that are marked; none hides the bar. */
  servers: readonly ServerView[]
  namespaces: readonly Namespace[]
  onDone: () => void
}

/** What can be done with several servers at once. */
export function BulkBar({ servers, namespaces, onDone }: BulkBarProps) {
  const { t } = useTranslation(['servers', 'shared'])
  const actions = useServerActions()
  const mayChange = useMayChange()
  const isLocked = !servers.every(mayChange)
  const others = namespaces.filter(mayChange)
  const on = servers.filter(({ enabled }) => enabled)
  const act = (run: () => unknown) => () => {
    run()
    onDone()
  }
  return (
    <ActionBar
      opened={servers.length > 0}
      onClose={onDone}
      withinPortal={false}
      position={{ bottom: 40, left: 0, right: 0 }}
      transitionProps={{ transition: 'fade', duration: 120 }}
      aria-label={t('bulk.title')}
    >
      <span role="status">{t('bulk.count', { count: servers.length })}</span>
      <ActionBar.Divider />
      <Button disabled={isLocked} onClick={act(() => actions.setEnabled(servers, true, true))}>
        {t('on')}
      </Button>
      <Button disabled={isLocked} onClick={act(() => actions.setEnabled(servers, false, true))}>
        {t('shared:state.off')}
      </Button>
      <Button disabled={isLocked || on.length === 0} onClick={act(() => actions.startAgain(on))}>
        {t('shared:fix.start-again')}
      </Button>
      <Menu position="top">
        <Menu.Target>
          <Button disabled={others.length === 0}>{t('bulk.addTo')}</Button>
        </Menu.Target>
        <Menu.Dropdown>
          {others.map((namespace) => (
            <Menu.Item key={namespace.id} onClick={act(() => actions.addTo(namespace, servers))}>
              {namespace.name}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      <Button disabled={isLocked} onClick={act(() => actions.remove(servers))}>
        {t('remove')}
      </Button>
      <ActionBar.CloseButton aria-label={t('bulk.none')} />
    </ActionBar>
  )
}
