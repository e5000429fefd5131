import type { KeyboardEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { drawHidden } from '../../../../shared/hidden-characters.ts'
import type { Column, Section } from '../../ui/row-props.ts'
import { Rows } from '../../ui/rows.tsx'
import { State } from '../../ui/state.tsx'
import { groupsOf, type TrustRow } from './trust-rows.ts'
import type { Deciding } from './use-deciding.ts'
import { useAddress } from './use-trust.ts'

type TrustListProps = { rows: readonly TrustRow[]; deciding: Deciding }

/** Commands, and then tools by their servers. A and R decide, J and K move. */
export function TrustList({ rows, deciding }: TrustListProps) {
  const { t } = useTranslation('trust')
  const { search, go } = useAddress()
  const columns = useColumns(search.selected !== undefined)
  const commands = rows.filter((row) => row.kind === 'command')
  const sections: Section<TrustRow>[] = [
    ...(commands.length > 0
      ? [{ id: 'commands', label: t('commands', { count: commands.length }), items: commands }]
      : []),
    ...groupsOf(rows).map(({ serverId, server, rows: items }) => ({
      ...{ id: serverId, items },
      label: t('toolsOf', { server, count: items.length }),
    })),
  ]
  const shown = sections.flatMap(({ items }) => items)
  const onKey = (event: KeyboardEvent, row: TrustRow): boolean => {
    if (event.metaKey || event.ctrlKey || event.altKey) return false
    const isMove = /^[jk]$/i.test(event.key)
    // Held down, a key would decide on what nobody has looked at yet.
    if (event.repeat && !isMove) return /^[ar]$/i.test(event.key)
    const at = shown.indexOf(row)
    const to = (index: number) => go({ selected: shown[index]?.id ?? row.id })
    const acts: Partial<Record<string, () => unknown>> = {
      a: () => mayDecide(row) && deciding.accept(row),
      r: () => mayDecide(row) && deciding.refuse(row),
      j: () => to(at + 1),
      k: () => to(at - 1),
    }
    const act = acts[event.key.toLowerCase()]
    act?.()
    return act !== undefined
  }
  return (
    <Rows
      label={t('title')}
      columns={columns}
      sections={sections}
      getId={({ id }) => id}
      selectedId={search.selected ?? null}
      onSelect={(selected) => go({ selected })}
      onKey={onKey}
    />
  )
}

export function mayDecide(row: TrustRow): boolean {
  return row.kind === 'command' || row.places.some((place) => place.mayDecide)
}

function useColumns(isNarrow: boolean): Column<TrustRow>[] {
  const { t } = useTranslation('trust')
  return [
    {
      ...{ key: 'name', label: t('columns.name') },
      render: (row) => (
        <span translate="no">{row.kind === 'tool' ? drawHidden(row.tool) : row.server}</span>
      ),
    },
    {
      ...{ key: 'why', label: t('columns.why'), width: 190 },
      render: (row) => <State tone="warn">{t(whyOf(row))}</State>,
    },
    ...(isNarrow ? [] : [placesColumn(t('columns.where'))]),
  ]
}

function placesColumn(label: string): Column<TrustRow> {
  return {
    ...{ key: 'where', label, width: 180, yields: 1 },
    render: (row) => {
      const text =
        row.kind === 'tool'
          ? row.places.map(({ namespace }) => namespace).join(', ')
          : [row.command, ...row.args].join(' ')
      return (
        <span title={text} translate="no">
          {text}
        </span>
      )
    },
  }
}

/** The words for why a row is there, by their key. */
export function whyOf(row: TrustRow): string {
  if (row.kind === 'command') return 'why.command'
  if (row.why === 'flagged') return 'why.flagged'
  if (row.flags.length > 0) return `why.${row.why}Flagged`
  if (row.why === 'new') return 'why.new'
  return row.held ? 'why.changed' : 'why.told'
}
