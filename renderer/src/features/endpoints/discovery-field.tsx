import { NumberInput, Radio } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Discovery } from '../../../../shared/endpoint.ts'
import { useMayChange } from '../../shell/me.ts'
import { useFormat } from '../../ui/use-format.ts'
import styles from './endpoints.module.css'
import { PinnedField } from './pinned-field.tsx'
import { useEndpointActions } from './use-endpoint-actions.ts'
import type { ShownEndpoint } from './use-endpoints.ts'

const MODES = ['direct', 'auto', 'search'] as const
const MOST_TOKENS = 1_000_000

type FieldProps = { endpoint: ShownEndpoint }

/** How clients find tools: all in their list, or by a search. */
export function DiscoveryField({ endpoint }: FieldProps) {
  const { t } = useTranslation('endpoints')
  const { change } = useEndpointActions()
  const { discovery } = endpoint
  const isLocked = !useMayChange()(endpoint)
  const set = (patch: Partial<Discovery>) =>
    void change(endpoint, { discovery: { ...discovery, ...patch } })
  return (
    <>
      <Radio.Group
        aria-label={t('find.title')}
        value={discovery.mode}
        onChange={(mode) => set({ mode: mode as Discovery['mode'] })}
      >
        <div className={styles.choices}>
          {MODES.map((mode) => (
            <Radio
              key={mode}
              value={mode}
              disabled={isLocked}
              label={t(`find.${mode}`)}
              {...(mode === discovery.mode && { description: t(`find.help.${mode}`) })}
            />
          ))}
        </div>
      </Radio.Group>
      {discovery.mode === 'auto' && (
        <Threshold
          key={discovery.aboveTokens}
          tokens={discovery.aboveTokens}
          isLocked={isLocked}
          onChange={(aboveTokens) => set({ aboveTokens })}
        />
      )}
      {discovery.mode !== 'direct' && (
        <PinnedField endpoint={endpoint} onChange={(pinned) => set({ pinned })} />
      )}
      <Cost endpoint={endpoint} />
    </>
  )
}

type ThresholdProps = { tokens: number; isLocked: boolean; onChange: (tokens: number) => void }

function Threshold({ tokens, isLocked, onChange }: ThresholdProps) {
  const { t } = useTranslation('endpoints')
  const [written, write] = useState<string | number>(tokens)
  const wanted = Number(written)
  const isRight = written !== '' && Number.isInteger(wanted) && wanted <= MOST_TOKENS
  const save = () => {
    if (isRight && wanted !== tokens) onChange(wanted)
  }
  return (
    <NumberInput
      label={t('find.above')}
      hideControls
      allowDecimal={false}
      allowNegative={false}
      thousandSeparator=","
      value={written}
      error={isRight ? undefined : t('find.wrong')}
      disabled={isLocked}
      onChange={write}
      onBlur={save}
      onKeyDown={(event) => {
        if (event.key === 'Enter') save()
      }}
    />
  )
}

/** What a model is given to read before anything is asked of it. */
function Cost({ endpoint: { cost, clients, discovery } }: FieldProps) {
  const { t } = useTranslation('endpoints')
  const { about } = useFormat()
  if (!cost) return null
  // Which of several, or whether it is one that searches by itself, makes no difference only here.
  const client = discovery.mode === 'auto' || clients.length !== 1 ? undefined : clients[0]
  const tokens = about(cost.listed)
  return (
    <p className={styles.note}>
      {client === undefined ? t('find.reads', { tokens }) : t('find.readsBy', { client, tokens })}
      {cost.listed < cost.all && ` ${t('find.instead', { tokens: about(cost.all) })}`}
    </p>
  )
}
