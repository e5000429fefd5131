import { CloseButton, SegmentedControl, Select } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { useTRPCClient } from '../../trpc.ts'
import styles from './calls.module.css'
import { NAMELESS, PERIODS, VIEWS, type CallView } from './use-call-view.ts'

type Option = { value: string; label: string }

const OUTCOMES = ['failed', 'tool-error', 'cancelled', 'ok'] as const
const plain = (values: readonly string[]): Option[] =>
  values.map((value) => ({ value, label: value }))

/** What narrows the calls, and what they are counted by. */
export function Filters({ address }: { address: CallView }) {
  const { t } = useTranslation('calls')
  const client = useTRPCClient()
  const { data: choices, refetch } = useQuery({
    queryKey: ['call-choices'],
    queryFn: () => client.calls.choices.query(),
  })
  const look = () => void refetch()
  const { said, go, period, view } = address
  const clients = (choices?.clients ?? []).map(({ key, label }) => {
    return key === '' ? { value: NAMELESS, label: t('nameless') } : { value: key, label }
  })
  const outcomes = OUTCOMES.map((one) => ({ value: one, label: t(`outcome.${one}`) }))
  return (
    <div className={styles.filters}>
      <Choice {...{ address, look }} name="endpoint" options={plain(choices?.endpoints ?? [])} />
      <Choice {...{ address, look }} name="client" options={clients} />
      <Choice {...{ address, look }} name="server" options={plain(choices?.servers ?? [])} />
      <Choice {...{ address, look }} name="outcome" options={outcomes} />
      <Select
        className={styles.choice}
        aria-label={t('period')}
        allowDeselect={false}
        data={Object.keys(PERIODS).map((one) => ({
          value: one,
          label: t(`last.${one as keyof typeof PERIODS}`),
        }))}
        value={period}
        onChange={(value) => go({ period: value ?? undefined })}
      />
      {said.name !== undefined && (
        <span className={styles.only}>
          <code translate="no">{said.name}</code>
          <CloseButton
            size="sm"
            aria-label={t('allNames')}
            onClick={() => go({ name: undefined })}
          />
        </span>
      )}
      <span className={styles.gap} />
      <SegmentedControl
        size="xs"
        aria-label={t('countBy')}
        data={VIEWS.map((one) => ({
          value: one,
          label: one === 'calls' ? t('calls') : t(`by.${one}`),
        }))}
        value={view}
        onChange={(next) => go({ view: next === 'calls' ? undefined : next, selected: undefined })}
      />
    </div>
  )
}

type ChoiceProps = {
  address: CallView
  name: 'endpoint' | 'client' | 'server' | 'outcome'
  options: readonly Option[]
  /** The log may name others now. */
  look: () => void
}

function Choice({ address: { said, go }, name, options, look }: ChoiceProps) {
  const { t } = useTranslation('calls')
  const value = said[name] ?? null
  // What the log does not name any more is still what was asked for.
  const isKnown = value === null || options.some((one) => one.value === value)
  const data = isKnown ? options : [{ value, label: value }, ...options]
  return (
    <Select
      className={styles.choice}
      aria-label={t(`filterBy.${name}`)}
      placeholder={t(`filterBy.${name}`)}
      data={data}
      value={value}
      searchable={options.length > 12}
      clearable
      clearButtonProps={{ 'aria-label': t('clearChoice', { what: t(`filterBy.${name}`) }) }}
      onDropdownOpen={look}
      onChange={(chosen) => go({ [name]: chosen ?? undefined, selected: undefined })}
    />
  )
}
