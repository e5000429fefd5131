import { ActionIcon, Menu } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { MoreIcon } from '../../ui/icons.ts'
import type { RowActions } from './row-actions.ts'
import type { Node } from './tree-model.ts'

/** What else can be done with the selected row. */
export function RowMenu({ node, isLocked, onOnly, onWhy, onReset }: RowActions & { node: Node }) {
  const { t } = useTranslation('namespaces')
  const navigate = useNavigate()
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
          <Menu.Item
            onClick={() => void navigate({ to: '/servers', search: { selected: node.server.id } })}
          >
            {t('menu.openServer')}
          </Menu.Item>
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
