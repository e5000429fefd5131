import { ActionIcon, Menu } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { MoreIcon } from '../../ui/icons.ts'
import { NEW_TOOLS } from './new-tools.tsx'
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

const AS_NAMESPACE = 'asNamespace'

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
      <Menu.RadioGroup
        value={newTools ?? AS_NAMESPACE}
        onChange={(value) => {
          const rule = NEW_TOOLS.find((one) => (one ?? AS_NAMESPACE) === value)
          if (rule !== undefined) onNewTools(node, rule)
        }}
      >
        {NEW_TOOLS.map((rule) => (
          <Menu.RadioItem
            key={rule}
            value={rule ?? AS_NAMESPACE}
            disabled={isLocked}
            closeMenuOnClick
          >
            {t(`newTools.${rule ?? AS_NAMESPACE}`)}
          </Menu.RadioItem>
        ))}
      </Menu.RadioGroup>
    </>
  )
}
