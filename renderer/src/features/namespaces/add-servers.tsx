import { Button, Checkbox, Modal, ScrollArea } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { NamespaceOffer } from '../../../../shared/offer.ts'
import { useTRPC } from '../../trpc.ts'
import { membersOf } from './offer-changes.ts'
import styles from './pane.module.css'
import type { NamespaceActions } from './use-namespace.ts'

type AddServersProps = {
  offer: NamespaceOffer
  actions: NamespaceActions
  isOpen: boolean
  onClose: () => void
}

/** Puts servers into a namespace, after those that are there. */
export function AddServers({ offer, actions, isOpen, onClose }: AddServersProps) {
  const { t } = useTranslation('namespaces')
  return (
    <Modal
      opened={isOpen}
      onClose={onClose}
      title={t('add.title', { namespace: offer.name })}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      {isOpen && <Choice offer={offer} actions={actions} onClose={onClose} />}
    </Modal>
  )
}

function Choice({ offer, actions, onClose }: Omit<AddServersProps, 'isOpen'>) {
  const { t } = useTranslation('namespaces')
  const navigate = useNavigate()
  const servers = useQuery(useTRPC().servers.list.queryOptions()).data ?? []
  const [chosen, setChosen] = useState<string[]>([])
  const inside = new Set(offer.servers.map((server) => server.id))
  const others = servers.filter((server) => !inside.has(server.id))
  const add = async () => {
    const added = chosen.map((serverId) => ({ serverId, enabled: true }))
    if (await actions.setServers([...membersOf(offer), ...added])) onClose()
  }
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault()
        void add()
      }}
    >
      {others.length === 0 ? (
        <p>{t('add.none', { namespace: offer.name })}</p>
      ) : (
        <ScrollArea.Autosize mah={320} type="auto">
          <Checkbox.Group value={chosen} onChange={setChosen} aria-label={t('add.which')}>
            {others.map(({ id, name, toolCount }) => (
              <Checkbox
                key={id}
                className={styles.choice}
                value={id}
                label={name}
                description={
                  toolCount === null ? t('state.unseen') : t('facts.tools', { count: toolCount })
                }
              />
            ))}
          </Checkbox.Group>
        </ScrollArea.Autosize>
      )}
      <div className={styles.foot}>
        {others.length > 0 && (
          <Button type="submit" variant="filled" disabled={chosen.length === 0}>
            {t('add.do', { count: chosen.length })}
          </Button>
        )}
        <Button onClick={() => void navigate({ to: '/servers', search: { add: '1' } })}>
          {t('add.newServer')}
        </Button>
        <Button onClick={onClose}>{t('cancel')}</Button>
      </div>
    </form>
  )
}
