import { Autocomplete, Text } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useTRPCClient } from '../../trpc.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import { expandTemplate } from './expand-template.ts'
import styles from './inspector.module.css'
import { argumentsOf, type Argument, type Item } from './offer.ts'
import type { Inspected } from './use-inspected.ts'

type ArgumentsFormProps = {
  inspected: Inspected
  item: Item
  values: Record<string, string>
  onChange: (values: Record<string, string>) => void
  /** Names of what was left empty, and is needed. */
  missing: readonly string[]
}

/** What a prompt or a template is given: texts, completed by their server as one types. */
export function ArgumentsForm(props: ArgumentsFormProps) {
  const { t } = useTranslation('inspector')
  const { inspected, item, values, onChange } = props
  const all = argumentsOf(item, inspected.tab)
  if (all.length === 0) {
    return (
      <Text size="xs" c="dimmed">
        {t('takesNothing')}
      </Text>
    )
  }
  return (
    <>
      {all.map((argument) => (
        <ArgumentField
          key={argument.name}
          {...props}
          argument={argument}
          onChange={(value) => onChange({ ...values, [argument.name]: value })}
        />
      ))}
      {inspected.tab === 'templates' && <Expanded uri={expandTemplate(item.id, values)} />}
    </>
  )
}

function Expanded({ uri }: { uri: string }) {
  const { t } = useTranslation('inspector')
  return (
    <p className={styles.expanded}>
      <span className={styles.quiet}>{t('reads')}</span>
      <code translate="no">{uri}</code>
      <CopyButton text={uri} label={t('uri')} />
    </p>
  )
}

type FieldProps = Omit<ArgumentsFormProps, 'onChange'> & {
  argument: Argument
  onChange: (value: string) => void
}

function ArgumentField({ inspected, item, values, argument, onChange, missing }: FieldProps) {
  const { t } = useTranslation('ui')
  const { name, description, isRequired } = argument
  const [isFocused, setFocused] = useState(false)
  const value = values[name] ?? ''
  const found = useCompletion({ inspected, item, values, name, isAsked: isFocused })
  return (
    <Autocomplete
      label={name}
      description={description}
      required={isRequired}
      error={missing.includes(name) ? t('schema.problem.required') : undefined}
      data={found}
      // The server has chosen already: what it says may not begin like what was typed.
      filter={({ options }) => options}
      limit={100}
      value={value}
      onChange={onChange}
      onFocus={() => setFocused(true)}
      onBlur={() => setFocused(false)}
    />
  )
}

type Asked = {
  inspected: Inspected
  item: Item
  values: Record<string, string>
  name: string
  isAsked: boolean
}

/** Of servers that complete; of others nothing is asked. */
function useCompletion({ inspected, item, values, name, isAsked }: Asked): string[] {
  const client = useTRPCClient()
  const { target, tab, offer } = inspected
  const [value] = useDebouncedValue(values[name] ?? '', 150)
  const canComplete = offer.data?.capabilities['completions'] !== undefined
  const { [name]: _, ...context } = values
  const ref =
    tab === 'prompts'
      ? { type: 'ref/prompt' as const, name: item.id }
      : { type: 'ref/resource' as const, uri: item.id }
  const answer = useQuery({
    queryKey: ['completion', target, ref, name, value, context],
    queryFn: ({ signal }) => {
      const asked = { target: target ?? { kind: 'server' as const, id: '' }, ref, context }
      const input = { ...asked, argument: { name, value } }
      return client.inspector.complete.mutate(input, { signal })
    },
    enabled: isAsked && canComplete && target !== null,
    gcTime: 60_000,
  })
  return [...new Set(answer.data?.values ?? [])]
}
