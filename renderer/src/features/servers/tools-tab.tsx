import { ActionIcon, TextInput, Tooltip } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { CatalogTool } from '../../../../shared/server-catalog.ts'
import type { ServerView } from '../../../../shared/server.ts'
import { useTRPC } from '../../trpc.ts'
import { InspectorIcon, SearchIcon } from '../../ui/icons.ts'
import { LoadingRows } from '../../ui/loading.tsx'
import type { Column } from '../../ui/row-props.ts'
import { Rows } from '../../ui/rows.tsx'
import { useInspect } from './inspect.ts'
import styles from './pane.module.css'
import { useFormat } from '../../ui/use-format.ts'

/** With more tools than these a search is offered. */
const FEW = 8
const ROW = 28
const HEAD = 26
const MOST_HEIGHT = 480

/** What it offered when it was last seen. */
export function ToolsTab({ server }: { server: ServerView }) {
  const { t } = useTranslation('servers')
  const trpc = useTRPC()
  const format = useFormat()
  const { data } = useQuery(trpc.servers.catalog.queryOptions({ id: server.id }))
  const [text, setText] = useState('')
  if (!data) return <LoadingRows rows={4} height={ROW} />
  const { tools, prompts, resources } = data
  if (tools.length + prompts.length + resources.length === 0) {
    return (
      <p className={styles.note}>{t(server.toolCount === null ? 'tools.unseen' : 'tools.none')}</p>
    )
  }
  const tokens = tools.reduce((sum, tool) => sum + tool.tokens, 0)
  const others = [
    prompts.length > 0 && t('tools.prompts', { count: prompts.length }),
    resources.length > 0 && t('tools.resources', { count: resources.length }),
  ]
  const summary = [
    t('tools.count', { count: tools.length }),
    t('tools.tokens', { about: format.about(tokens) }),
    ...others,
  ]
  const shown = tools.filter((tool) => fits(tool, text))
  return (
    <>
      <p className={styles.note}>{summary.filter(Boolean).join(' · ')}</p>
      {tools.length > FEW && (
        <TextInput
          type="search"
          aria-label={t('tools.search')}
          placeholder={t('tools.search')}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          leftSection={<SearchIcon size={14} />}
        />
      )}
      {shown.length === 0 && text !== '' && (
        <p className={styles.note} role="status">
          {t('tools.noMatch', { text })}
        </p>
      )}
      <ToolRows server={server} tools={shown} />
    </>
  )
}

function ToolRows({ server, tools }: { server: ServerView; tools: readonly CatalogTool[] }) {
  const { t } = useTranslation('servers')
  const inspect = useInspect()
  const columns = useToolColumns(server)
  const [selected, setSelected] = useState<string | null>(null)
  const current = tools.find(({ name }) => name === selected)
  if (tools.length === 0) return null
  return (
    <>
      <div
        className={styles.tools}
        style={{ height: Math.min(MOST_HEIGHT, HEAD + tools.length * ROW) }}
      >
        <Rows
          label={t('tabs.tools')}
          columns={columns}
          items={tools}
          rowHeight={ROW}
          getId={({ name }) => name}
          getText={({ name }) => name}
          selectedId={selected}
          onSelect={setSelected}
          onOpen={({ name }) => inspect(server.id, name)}
        />
      </div>
      {current && (
        <section className={styles.about} aria-label={current.name}>
          {current.title && <strong>{current.title}</strong>}
          <p>{current.description ?? t('tools.noDescription')}</p>
        </section>
      )}
    </>
  )
}

function useToolColumns(server: ServerView): Column<CatalogTool>[] {
  const { t } = useTranslation('servers')
  const format = useFormat()
  const inspect = useInspect()
  return [
    {
      ...{ key: 'name', label: t('columns.tool') },
      render: ({ name, hints }) => (
        <span className={styles.tool}>
          <code translate="no">{name}</code>
          {hints.includes('read-only') && (
            <span className={styles.hint}>{t('hints.read-only')}</span>
          )}
          {hints.includes('destructive') && (
            <span className={styles.hint}>{t('hints.destructive')}</span>
          )}
        </span>
      ),
    },
    {
      ...{ key: 'tokens', label: t('columns.tokens'), width: 48, align: 'right' },
      render: ({ tokens }) => format.about(tokens),
    },
    {
      ...{ key: 'inspect', label: t('inspect'), width: 28, isLabelHidden: true },
      render: ({ name }) => (
        <Tooltip label={t('inspect')}>
          <ActionIcon
            size={24}
            tabIndex={-1}
            aria-label={t('inspectName', { name })}
            onClick={() => inspect(server.id, name)}
          >
            <InspectorIcon size={14} />
          </ActionIcon>
        </Tooltip>
      ),
    },
  ]
}

function fits({ name, title, description }: CatalogTool, text: string): boolean {
  const known = [name, title, description].join(' ').toLowerCase()
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => known.includes(word))
}
