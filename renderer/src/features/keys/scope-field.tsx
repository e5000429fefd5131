import { MultiSelect } from '@mantine/core'
import { useTranslation } from 'react-i18next'

/** No endpoint has this name: it is no word. */
const ALL = '*'

export type Scope = 'all' | string[]

type ScopeFieldProps = {
  label: string
  value: Scope
  endpoints: readonly { id: string; name: string }[]
  onChange: (scope: Scope) => void
  error?: string | undefined
}

/** Which endpoints a key opens: all, now and later, or some. The one excludes the other. */
export function ScopeField({ label, value, endpoints, onChange, error }: ScopeFieldProps) {
  const { t } = useTranslation('keys')
  const chosen = value === 'all' ? [ALL] : value
  return (
    <MultiSelect
      aria-label={label}
      placeholder={chosen.length === 0 ? t('chooseEndpoints') : undefined}
      data={[
        { value: ALL, label: t('allEndpoints') },
        ...endpoints.map(({ id, name }) => ({ value: id, label: name })),
      ]}
      value={chosen}
      error={error}
      clearable={false}
      onChange={(next) => {
        const isAllNew = next.includes(ALL) && !chosen.includes(ALL)
        onChange(isAllNew ? 'all' : next.filter((one) => one !== ALL))
      }}
    />
  )
}
