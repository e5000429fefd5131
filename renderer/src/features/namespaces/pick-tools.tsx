import { Button, Checkbox, Modal, ScrollArea, TextInput } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { FoundTool, NamespaceOffer } from '../../../../shared/offer.ts'
import { useTRPC } from '../../trpc.ts'
import styles from './pane.module.css'
import { toolId } from './tree-model.ts'
import { usePicking } from './use-picking.ts'

type PickToolsProps = { offer: NamespaceOffer; isOpen: boolean; onClose: () => void }

/** Puts single tools of any server into a namespace, without the rest of what that server has. */
export function PickTools({ offer, isOpen, onClose }: PickToolsProps) {
  const { t } = useTranslation('namespaces')
  return (
    <Modal
      opened={isOpen}
      onClose={onClose}
      title={t('pick.title', { namespace: offer.name })}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      {isOpen && <Choice offer={offer} onClose={onClose} />}
    </Modal>
  )
}

const MOST_FOUND = 50

function Choice({ offer, onClose }: Omit<PickToolsProps, 'isOpen'>) {
  const { t } = useTranslation('namespaces')
  const [text, setText] = useState('')
  const [chosen, setChosen] = useState<ReadonlyMap<string, FoundTool>>(new Map())
  const pick = usePicking(offer)
  const found = useFound(text)
  const add = async () => {
    if (await pick([...chosen.values()])) onClose()
  }
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault()
        if (chosen.size > 0) void add()
      }}
    >
      <TextInput
        data-autofocus
        label={t('why.search')}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <Found
        offer={offer}
        // Those that are chosen stay in view, whatever is sought next.
        tools={[...new Map([...chosen, ...found.map(withId)]).values()]}
        chosen={chosen}
        onChoose={setChosen}
      />
      {text !== '' && found.length === 0 && <p>{t('why.noTool', { text })}</p>}
      <p className={styles.note}>{t('pick.how')}</p>
      <div className={styles.foot}>
        <Button type="submit" variant="filled" disabled={chosen.size === 0}>
          {t('pick.do', { count: chosen.size })}
        </Button>
        <Button onClick={onClose}>{t('cancel')}</Button>
      </div>
    </form>
  )
}

function useFound(text: string): readonly FoundTool[] {
  const asked = useQuery(
    useTRPC().namespaces.findTools.queryOptions(
      { text, limit: MOST_FOUND },
      { enabled: text !== '', placeholderData: keepPreviousData },
    ),
  )
  return text === '' ? [] : (asked.data ?? [])
}

function withId(one: FoundTool): [string, FoundTool] {
  return [toolId(one.serverId, one.tool), one]
}

type FoundProps = {
  offer: NamespaceOffer
  tools: readonly FoundTool[]
  chosen: ReadonlyMap<string, FoundTool>
  onChoose: (chosen: ReadonlyMap<string, FoundTool>) => void
}

function Found({ offer, tools, chosen, onChoose }: FoundProps) {
  const { t } = useTranslation('namespaces')
  if (tools.length === 0) return null
  const here = new Set(
    offer.servers.flatMap((server) =>
      server.tools
        .filter(({ hiddenBy }) => hiddenBy === null)
        .map(({ tool }) => toolId(server.id, tool)),
    ),
  )
  const byId = new Map(tools.map(withId))
  return (
    <ScrollArea.Autosize mah={280} type="auto">
      <Checkbox.Group
        aria-label={t('why.found')}
        value={[...chosen.keys()]}
        onChange={(ids) => onChoose(new Map([...byId].filter(([id]) => ids.includes(id))))}
      >
        {[...byId].map(([id, { server, tool }]) => (
          <Checkbox
            key={id}
            className={styles.choice}
            value={id}
            disabled={here.has(id)}
            label={<span translate="no">{tool}</span>}
            description={here.has(id) ? t('pick.here', { server }) : server}
          />
        ))}
      </Checkbox.Group>
    </ScrollArea.Autosize>
  )
}
