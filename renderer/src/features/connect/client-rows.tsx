import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { aiClientTone, isKnown } from '../../../../shared/ai-client-state.ts'
import type { AiClientView } from '../../../../shared/ai-client.ts'
import type { Column, Section } from '../../ui/row-props.ts'
import { Rows } from '../../ui/rows.tsx'
import { Dot } from '../../ui/state.tsx'
import styles from './connect.module.css'
import { StateWords } from './state-words.tsx'
import { ANY, type Connect } from './use-connect.ts'

/** `null` stands for every client that is not in the list. */
type Row = AiClientView | null

export function ClientRows({ connect }: { connect: Connect }) {
  const { t } = useTranslation('connect')
  const { here, absent, filter, isLocal } = connect
  const [isUnfolded, setUnfolded] = useState(here.length === 0)
  const columns = useMemo<Column<Row>[]>(
    () => [
      { key: 'name', label: t('columns.client'), width: 220, render: (row) => <Name row={row} /> },
      {
        ...{ key: 'state', label: t('columns.state') },
        render: (row) => row && isKnown(row) && <State client={row} />,
      },
    ],
    [t],
  )
  const isFolded = !isUnfolded && filter === ''
  const sections: Section<Row>[] = [
    {
      ...{ id: 'here', items: here },
      label: t(isLocal ? 'here' : 'all', { count: here.length }),
    },
    {
      ...{ id: 'absent', items: absent, isFolded },
      label: t('absent', { count: absent.length }),
      onFold: () => setUnfolded(isFolded),
    },
    { id: 'other', label: null, items: [null] },
  ]
  return (
    <Rows
      label={t('title')}
      columns={columns}
      sections={sections.filter(({ items }) => items.length > 0)}
      getId={(row) => row?.id ?? ANY}
      getText={(row) => row?.name ?? t('any.name')}
      selectedId={connect.selectedId}
      onSelect={connect.select}
    />
  )
}

function Name({ row }: { row: Row }) {
  const { t } = useTranslation('connect')
  return (
    <span className={styles.name}>
      {row && isKnown(row) ? (
        <Dot tone={aiClientTone(row.state)} />
      ) : (
        <span className={styles.noDot} />
      )}
      <span className={styles.cut}>{row?.name ?? t('any.name')}</span>
    </span>
  )
}

function State({ client }: { client: AiClientView }) {
  return (
    <span className={styles.words} data-tone={aiClientTone(client.state)}>
      <StateWords client={client} />
    </span>
  )
}
