import { Kbd } from '@mantine/core'
import { spotlight, Spotlight, type SpotlightActionData } from '@mantine/spotlight'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useEffect, useState, type KeyboardEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { serverState } from '../../../shared/server-state.ts'
import { handOver } from '../features/add-server/handover.ts'
import { useTRPC } from '../trpc.ts'
import { shortcutText, useAllCommands, type Command } from '../ui/commands.ts'
import { SearchIcon } from '../ui/icons.ts'
import { isAddable } from './is-addable.ts'
import styles from './palette.module.css'

/** Tools that are shown at once. */
const MAX_TOOLS = 20

type Group = { group: string; actions: SpotlightActionData[] }

/** Finds everything that can be done and gone to, by a few letters. */
export function Palette() {
  const { t } = useTranslation('shell')
  const [query, setQuery] = useState('')
  const [isOpen, setOpen] = useState(false)
  const groups = useGroups(query, useAllCommands(isOpen))
  const askWhy = useAskWhy()
  useEffect(() => {
    if (query !== '') chooseFirst()
  })
  return (
    <Spotlight
      actions={groups}
      query={query}
      onQueryChange={setQuery}
      limit={40}
      shortcut={null}
      onSpotlightOpen={() => setOpen(true)}
      onSpotlightClose={() => setOpen(false)}
      highlightQuery
      nothingFound={t('palette.nothing', { text: query })}
      searchProps={{
        leftSection: <SearchIcon size={16} />,
        placeholder: t('palette.placeholder'),
        'aria-label': t('palette.placeholder'),
        onKeyDownCapture: askWhy,
      }}
      attributes={{ content: { 'aria-label': t('search') } }}
      overlayProps={{ blur: 0 }}
    />
  )
}

/** Spotlight does so when the text changes; tools come a moment later, when nothing was there yet. */
function chooseFirst(): void {
  const list = document.querySelector('.mantine-Spotlight-actionsList')
  if (!list || list.querySelector('[data-selected]')) return
  list.querySelector('[data-action]')?.setAttribute('data-selected', 'true')
}

/** ⌥Enter on a tool: do clients see it, and if not, why not? */
function useAskWhy() {
  const navigate = useNavigate()
  return (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || !event.altKey) return
    // Enter alone is the palette's own.
    event.preventDefault()
    event.stopPropagation()
    const chosen = document.querySelector<HTMLElement>('[data-action][data-selected][data-tool]')
    if (!chosen) return
    spotlight.close()
    void navigate({ to: '/namespaces', search: { why: chosen.dataset['tool'] } })
  }
}

function useGroups(query: string, commands: readonly Command[]): Group[] {
  const { t } = useTranslation('shell')
  const navigate = useNavigate()
  const text = query.trim()
  const add: SpotlightActionData = {
    id: 'add-text',
    label: t(isAddable(text) ? 'palette.addThis' : 'palette.addCalled', { text: shortened(text) }),
    keywords: text,
    onClick: () => {
      handOver(text)
      void navigate({ to: '/servers', search: { add: '1' } })
    },
  }
  const groups = [...commandGroups(commands, t('palette.commands')), ...useThings(text)]
  const isFound = groups.some(({ actions }) =>
    actions.some(({ label, keywords }) =>
      `${label} ${String(keywords)}`.toLowerCase().includes(text.toLowerCase()),
    ),
  )
  if (text !== '' && (isAddable(text) || !isFound))
    return [{ group: t('palette.add'), actions: [add] }, ...groups]
  return groups
}

function commandGroups(commands: readonly Command[], rest: string): Group[] {
  const groups = new Map<string, SpotlightActionData[]>()
  for (const { id, label, section = rest, shortcut, run, isHidden } of commands) {
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

/** Servers, what of them waits for the person first; tools from two letters on. */
function useThings(query: string): Group[] {
  const { t } = useTranslation(['shell', 'shared'])
  const navigate = useNavigate()
  const trpc = useTRPC()
  const servers = useQuery(trpc.servers.list.queryOptions()).data ?? []
  const found = useQuery(
    trpc.namespaces.findTools.queryOptions(
      { text: query, limit: MAX_TOOLS },
      { enabled: query.length >= 2, placeholderData: (before) => before },
    ),
  )
  const toAction = (server: (typeof servers)[number]): SpotlightActionData => ({
    id: `server.${server.id}`,
    label: server.name,
    description: t(`shared:${serverState(server).words.key}`, serverState(server).words.values),
    onClick: () => void navigate({ to: '/servers', search: { selected: server.id } }),
  })
  const needy = servers.filter((server) => serverState(server).needsYou)
  const others = servers.filter((server) => !needy.includes(server))
  const tools = query.length < 2 ? [] : (found.data ?? [])
  return [
    { group: t('shared:needsYou'), actions: needy.map(toAction) },
    { group: t('pages.servers'), actions: others.map(toAction) },
    {
      group: t('palette.tools'),
      actions: tools.map(({ serverId, server, tool }) => ({
        id: `tool.${serverId}.${tool}`,
        label: tool,
        description: server,
        ...{ ['data-tool']: `${serverId}/${tool}` },
        rightSection: (
          <span className={styles.hint}>
            {t('palette.seen')} <Kbd size="xs">{shortcutText('alt+Enter')}</Kbd>
          </span>
        ),
        onClick: () =>
          void navigate({ to: '/inspector', search: { target: `server:${serverId}`, item: tool } }),
      })),
    },
  ]
}

function shortened(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}
