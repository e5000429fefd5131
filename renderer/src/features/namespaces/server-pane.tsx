import { Button, Switch } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import type { NamespaceOffer } from '../../../../shared/offer.ts'
import { isHeld } from './held.ts'
import { ServerNewTools } from './new-tools.tsx'
import { moved } from './offer-changes.ts'
import styles from './pane.module.css'
import { toolsOf, type ServerNode } from './tree-model.ts'
import { useFormat } from '../../ui/use-format.ts'
import type { NamespaceActions } from './use-namespace.ts'

type ServerPaneProps = { offer: NamespaceOffer; node: ServerNode; actions: NamespaceActions }

/** One server's place in this namespace. */
export function ServerPane({ offer, node, actions }: ServerPaneProps) {
  const { t } = useTranslation('namespaces')
  const navigate = useNavigate()
  const { about } = useFormat()
  const { server, listed, tokens } = node
  const { isLocked } = actions
  const tools = toolsOf(offer, new Set([server.id])).filter(({ tool }) => !isHeld(tool))
  const sentence = !server.enabled
    ? t('server.offEverywhere')
    : !server.seen
      ? t('server.unseen')
      : t('server.offers', { listed, count: server.tools.length, about: about(tokens) })
  return (
    <div className={styles.pane}>
      <header className={styles.head}>
        <h2>{server.name}</h2>
      </header>
      <p className={styles.note}>{sentence}</p>
      <Switch
        checked={server.on}
        disabled={isLocked}
        label={t('pane.on', { namespace: offer.name })}
        onChange={() => actions.switchServer(offer, server.id, !server.on)}
      />
      <div className={styles.foot}>
        <Button disabled={isLocked} onClick={() => void actions.onlyServer(offer, server.id)}>
          {t('menu.only')}
        </Button>
        <Button
          disabled={isLocked || tools.every(({ tool }) => tool.on)}
          onClick={() => void actions.switchTools(tools, true)}
        >
          {t('server.allOn')}
        </Button>
        <Button
          disabled={isLocked || tools.every(({ tool }) => !tool.on)}
          onClick={() => void actions.switchTools(tools, false)}
        >
          {t('server.allOff')}
        </Button>
      </div>
      <ServerNewTools offer={offer} node={node} actions={actions} />
      <Place offer={offer} node={node} actions={actions} />
      <div className={styles.last}>
        <Button onClick={() => void navigate({ to: '/servers', search: { selected: server.id } })}>
          {t('menu.openServer')}
        </Button>
        <Button disabled={isLocked} onClick={() => void actions.removeServer(offer, server.id)}>
          {t('server.remove', { namespace: offer.name })}
        </Button>
      </div>
    </div>
  )
}

/** Where it stands among the servers: two tools of one name are told apart by that. */
function Place({ offer, node, actions }: ServerPaneProps) {
  const { t } = useTranslation('namespaces')
  const { server, index } = node
  const move = (by: number) => {
    const members = moved(offer, server.id, index + by)
    if (members) void actions.setServers(members)
  }
  return (
    <>
      <h3 className={styles.label}>{t('order.title')}</h3>
      <p className={styles.note}>
        {t('order.place', { position: index + 1, count: offer.servers.length })}
      </p>
      <div className={styles.foot}>
        <Button disabled={actions.isLocked || index === 0} onClick={() => move(-1)}>
          {t('order.up')}
        </Button>
        <Button
          disabled={actions.isLocked || index === offer.servers.length - 1}
          onClick={() => move(1)}
        >
          {t('order.down')}
        </Button>
      </div>
    </>
  )
}
