import { Kbd } from '@mantine/core'
import { Spotlight, type SpotlightActionData } from '@mantine/spotlight'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useTRPC } from '../trpc.ts'
import { allCommands, shortcutText } from '../ui/commands.ts'
import { SearchIcon } from '../ui/icons.ts'
import { isAddable } from './is-addable.ts'

type Group = { group: string; actions: SpotlightActionData[] }

/** Finds everything that can be done and gone to, by a few letters. */
export function Palette() {
  const { t } = useTranslation('shell')
  const [query, setQuery] = useState('')
  const groups = useGroups(query)
  return (
    <Spotlight
      actions={groups}
      query={query}
      onQueryChange={setQuery}
      limit={40}
      shortcut={null}
      highlightQuery
      nothingFound={t('palette.nothing', { text: query })}
      searchProps={{
        leftSection: <SearchIcon size={16} />,
        placeholder: t('palette.placeholder'),
        'aria-label': t('palette.placeholder'),
      }}
      attributes={{ content: { 'aria-label': t('search') } }}
      overlayProps={{ blur: 0 }}
    />
  )
}

function useGroups(query: string): Group[] {
  const { t } = useTranslation('shell')
  const navigate = useNavigate()
  const text = query.trim()
  const add: SpotlightActionData = {
    id: 'add-text',
    label: t(isAddable(text) ? 'palette.addThis' : 'palette.addCalled', { text: shortened(text) }),
    keywords: text,
    onClick: () => void navigate({ to: '/servers', search: { add: text } }),
  }
  const groups = [...commandGroups(t('palette.commands')), useThings()]
  const isFound = groups.some(({ actions }) =>
    actions.some(({ label, keywords }) =>
      `${label} ${String(keywords)}`.toLowerCase().includes(text.toLowerCase()),
    ),
  )
  if (text !== '' && (isAddable(text) || !isFound))
    return [{ group: t('palette.add'), actions: [add] }, ...groups]
  return groups
}

function commandGroups(rest: string): Group[] {
  const groups = new Map<string, SpotlightActionData[]>()
  for (const { id, label, section = rest, shortcut, run, isHidden } of allCommands()) {
    if (isHidden) continue
    const action = {
      id,
      label,
      onClick: run,
      rightSection: shortcut && <Kbd size="xs">{shortcutText(shortcut)}</Kbd>,
    }
    groups.set(section, [...(groups.get(section) ?? []), action])
  }
  return [...groups].map(([group, actions]) => ({ group, actions }))
}

function useThings(): Group {
  const { t } = useTranslation('shell')
  const navigate = useNavigate()
  const servers = useQuery(useTRPC().servers.list.queryOptions())
  const actions = (servers.data ?? []).map((server) => ({
    id: `server.${server.id}`,
    label: server.name,
    description: server.description || undefined,
    onClick: () => void navigate({ to: '/servers', search: { selected: server.id } }),
  }))
  return { group: t('pages.servers'), actions }
}

function shortened(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}
