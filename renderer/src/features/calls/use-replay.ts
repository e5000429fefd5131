import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import type { LoggedCallDetail } from '../../../../shared/calls.ts'
import { useTranslation } from 'react-i18next'
import { useTRPC } from '../../trpc.ts'
import { readValue } from '../../ui/schema-value.ts'
import { tell } from '../../ui/undo.ts'
import { placeOf, setDraft } from '../inspector/store.ts'
import { targetText } from '../inspector/target.ts'

const TABS: Record<string, 'tools' | 'prompts' | 'resources'> = {
  'tools/call': 'tools',
  'prompts/get': 'prompts',
  'resources/read': 'resources',
}

/**
 * Fills the call in in the Inspector, at the endpoint that it came to, and runs nothing; `null`
 * where that is not possible any more.
 */
export function useReplay({ endpoint, method, name, arguments: given }: LoggedCallDetail) {
  const { t } = useTranslation('calls')
  const navigate = useNavigate()
  const endpoints = useQuery(useTRPC().endpoints.list.queryOptions()).data
  const id = endpoints?.find(({ address }) => address === endpoint)?.id
  const tab = TABS[method]
  if (id === undefined || tab === undefined || name === null) return null
  const target = { kind: 'endpoint', id } as const
  return () => {
    const value = given === null ? null : valueIn(given)
    if (value) setDraft(placeOf(target, tab, name), value)
    else if (tab !== 'resources') tell(t('notKept'))
    const search = { target: targetText(target), tab, item: name }
    void navigate({ to: '/inspector', search })
  }
}

/** `null` for what was cut. */
function valueIn(json: string) {
  const asText = { mode: 'json', value: {}, text: json } as const
  if (readValue(asText) === null) return null
  const value = JSON.parse(json) as unknown
  // A form would round large integers.
  const mode = JSON.stringify(value) === json ? 'form' : 'json'
  return { mode, value, text: mode === 'json' ? json : JSON.stringify(value, null, 2) } as const
}
