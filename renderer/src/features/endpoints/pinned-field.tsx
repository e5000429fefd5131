import { MultiSelect } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { Discovery } from '../../../../shared/endpoint.ts'
import { useMayChange } from '../../shell/me.ts'
import { useTRPC } from '../../trpc.ts'
import type { ShownEndpoint } from './use-endpoints.ts'

type Pinned = Discovery['pinned']

type PinnedFieldProps = {
  endpoint: ShownEndpoint
  onChange: (pinned: Pinned) => void
}

/** No name has a line break in it. */
const BREAK = '\n'

/** Tools that clients see in their list all the same. */
export function PinnedField({ endpoint, onChange }: PinnedFieldProps) {
  const { t } = useTranslation('endpoints')
  const trpc = useTRPC()
  const { namespaceId: id, prefix, discovery } = endpoint
  const isLocked = !useMayChange()(endpoint)
  const offer = useQuery(trpc.namespaces.offer.queryOptions({ id, prefix }))
  const chosen = discovery.pinned.map(keyOf)
  const offered = (offer.data?.servers ?? []).flatMap(({ id: serverId, tools }) =>
    tools.map(({ tool, name }) => ({ value: keyOf({ serverId, tool }), label: name })),
  )
  const known = new Set(offered.map(({ value }) => value))
  // One that is not there at present stays pinned for its return.
  const gone = discovery.pinned
    .filter((one) => !known.has(keyOf(one)))
    .map((one) => ({ value: keyOf(one), label: one.tool }))
  return (
    <MultiSelect
      label={t('find.pinned')}
      placeholder={chosen.length === 0 ? t('find.pin') : undefined}
      data={[...offered, ...gone]}
      value={chosen}
      disabled={isLocked}
      searchable
      limit={100}
      clearable={false}
      nothingFoundMessage={t('find.noTool')}
      onChange={(keys) => onChange(keys.map(toolOf))}
    />
  )
}

function keyOf({ serverId, tool }: Pinned[number]): string {
  return `${serverId}${BREAK}${tool}`
}

function toolOf(key: string): Pinned[number] {
  const at = key.indexOf(BREAK)
  return { serverId: key.slice(0, at), tool: key.slice(at + BREAK.length) }
}
