import { useRef, useState, type RefObject } from 'react'
import { useTranslation } from 'react-i18next'
import { serverName } from '../../../../shared/names.ts'
import { LoadingRows } from '../../ui/loading.tsx'
import { Problem } from '../../ui/problem.tsx'
import { AddFooter } from './add-footer.tsx'
import { Box } from './box.tsx'
import { ByHand } from './by-hand.tsx'
import { Discard } from './discard.tsx'
import { FoundList } from './found-list.tsx'
import { Frame } from './frame.tsx'
import { firstText, useHandedOver } from './handover.ts'
import { RegistryList } from './registry-list.tsx'
import { TargetField } from './target-field.tsx'
import { useAdd } from './use-add.ts'
import { useChoices } from './use-choices.ts'
import { useFound, type Reading } from './use-found.ts'
import { useModEnter } from './use-mod-enter.ts'
import { useTarget } from './use-target.ts'
import styles from './add-server.module.css'

type AddServerProps = {
  /** What the box begins with. */
  text: string
  onClose: () => void
  onAdded: (serverId: string | undefined) => void
}

/** Adding servers in one box, or by hand. */
export function AddServer({ text, onClose, onAdded }: AddServerProps) {
  const [first] = useState(() => firstText(text))
  const [isByHand, setByHand] = useState(false)
  if (isByHand) {
    return <ByHand onBox={() => setByHand(false)} onClose={onClose} onAdded={onAdded} />
  }
  return (
    <InOneBox first={first} onByHand={() => setByHand(true)} onClose={onClose} onAdded={onAdded} />
  )
}

type InOneBoxProps = Omit<AddServerProps, 'text'> & { first: string; onByHand: () => void }

function InOneBox({ first, onByHand, onClose, onAdded }: InOneBoxProps) {
  const { t } = useTranslation('add-server')
  const [text, setText] = useState(first)
  const [isAsked, setAsked] = useState(false)
  const results = useRef<HTMLUListElement>(null)
  const reading = useFound(text, setText)
  const choices = useChoices(reading.found)
  const target = useTarget()
  const adding = useAdd(onAdded).found
  const { token } = reading.found
  const { chosen, missing } = choices
  const areNamed = chosen.every(({ name }) => serverName.safeParse(name).success)
  const isRead = !reading.isReading
  const canAdd = isRead && token !== null && chosen.length > 0 && missing === 0 && areNamed
  const add = () => {
    if (!canAdd || adding.isPending) return
    adding.mutate({ token, choices: chosen, namespaceId: target.namespaceId, approve: true })
  }
  const change = (changed: string) => {
    reading.backToBox()
    setText(changed)
  }
  const close = () => (text.trim() === '' || isAsked ? onClose() : setAsked(true))
  useModEnter(add)
  useHandedOver(change)
  const footer = isAsked ? (
    <Discard onDiscard={onClose} onKeep={() => setAsked(false)} />
  ) : (
    <AddFooter
      other={{ label: t('byHand.open'), go: onByHand }}
      count={chosen.length}
      isReady={canAdd}
      isPending={adding.isPending}
      onCancel={onClose}
      onAdd={add}
    />
  )
  return (
    <Frame title={t('title')} footer={footer} onClose={close}>
      <Box
        text={text}
        onText={change}
        onFile={reading.readFile}
        onDown={() => results.current?.querySelector('button')?.focus()}
      />
      <What reading={reading} choices={choices} results={results} />
      {token !== null && <TargetField target={target} />}
      {missing > 0 && token !== null && (
        <p className={styles.warn}>{t('missing', { count: missing })}</p>
      )}
      {adding.error && <Problem title={t('notAdded')} text={adding.error.message} />}
    </Frame>
  )
}

type WhatProps = {
  reading: Reading
  choices: ReturnType<typeof useChoices>
  results: RefObject<HTMLUListElement | null>
}

/** What the box, a file or the registry turned out to hold. */
function What({ reading, choices, results }: WhatProps) {
  const { t } = useTranslation('add-server')
  const { found, isReading, readRegistry } = reading
  if (found.problem !== null) {
    return <Problem tone="warn" title={t('unreadable')} text={found.problem} />
  }
  if (found.entries.length > 0) return <FoundList reading={reading} choices={choices} />
  if (found.words !== null) {
    return <RegistryList words={found.words} list={results} onChoose={readRegistry} />
  }
  return isReading ? <LoadingRows rows={2} /> : null
}
