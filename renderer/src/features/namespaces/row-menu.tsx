import { ActionIcon, Menu } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { DoneIcon, MoreIcon } from '../../ui/icons.ts'
import { NEW_TOOLS } from './new-tools.tsx'
import styles from './namespaces.module.css'
import type { RowActions } from './row-actions.ts'
import type { Node, ServerNode } from './tree-model.ts'

/** What else can be done with the selected row. */
export function RowMenu({ node, ...actions }: RowActions & { node: Node }) {
  const { isLocked, onOnly, onNewTools, onWhy, onReset } = actions
  const { t } = useTranslation('namespaces')
  const isServer = node.kind === 'server'
  const name = isServer ? node.server.name : node.tool.tool
  const isChanged = !isServer && Object.keys(node.tool.changed).length > 0
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon
          size={24}
          tabIndex={-1}
          aria-label={t('menu.of', { name })}
          onClick={(event) => event.stopPropagation()}
        >
          <MoreIcon size={14} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown onClick={(event) => event.stopPropagation()}>
        <Menu.Item disabled={isLocked} onClick={() => onOnly(node)}>
          {t('menu.only')}
        </Menu.Item>
        {isServer ? (
          <ServerItems node={node} isLocked={isLocked} onNewTools={onNewTools} />
        ) : (
          <>
            <Menu.Item disabled={isLocked || !isChanged} onClick={() => onReset(node)}>
              {t('menu.reset')}
            </Menu.Item>
            <Menu.Item onClick={() => onWhy(node)}>
              {t(node.tool.hiddenBy === null ? 'why.askSeen' : 'why.ask')}
            </Menu.Item>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  )
}

type ServerItemsProps = Pick<RowActions, 'isLocked' | 'onNewTools'> & { node: ServerNode }

function ServerItems({ node, isLocked, onNewTools }: ServerItemsProps) {
  const { t } = useTranslation('namespaces')
  const navigate = useNavigate()
  const { id: selected, newTools } = node.server
  return (
    <>
      <Menu.Item onClick={() => void navigate({ to: '/servers', search: { selected } })}>
        {t('menu.openServer')}
      </Menu.Item>
      <Menu.Divider />
      <Menu.Label>{t('newTools.here')}</Menu.Label>
      {NEW_TOOLS.map((rule) => (
        <Menu.Item
          key={rule}
          role="menuitemradio"
          aria-checked={newTools === rule}
          disabled={isLocked}
          leftSection={newTools === rule ? <DoneIcon size={14} /> : <i className={styles.mark} />}
          onClick={() => onNewTools(node, rule)}
        >
          {t(`newTools.${rule ?? 'asNamespace'}`)}
        </Menu.Item>
      ))}
    </>
  )
}
