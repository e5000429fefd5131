import { Table as MantineTable } from '@mantine/core'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { tableOf, type Table } from './blocks.ts'
import styles from './content.module.css'
import { LongText } from './long-text.tsx'

/** As many rows as one reads; the others are in the raw result. */
const MAX_ROWS = 200

/** Structured content: a table where it is one, else JSON. */
export function Structured({ value, name }: { value: unknown; name: string }) {
  const { t } = useTranslation('inspector')
  const table = useMemo(() => tableOf(value), [value])
  if (table) return <TableView table={table} />
  const text = JSON.stringify(value, null, 2)
  return (
    <LongText text={text} language="json" label={t('view.structured')} fileName={`${name}.json`} />
  )
}

function TableView({ table: { name, columns, rows } }: { table: Table }) {
  const { t } = useTranslation('inspector')
  const label = name ?? t('view.structured')
  return (
    <>
      <div className={styles.scroll} tabIndex={0} role="region" aria-label={label}>
        <MantineTable withRowBorders verticalSpacing={4} horizontalSpacing={8} fz="xs" stickyHeader>
          <MantineTable.Thead>
            <MantineTable.Tr>
              {columns.map((column) => (
                <MantineTable.Th key={column} translate="no">
                  {column}
                </MantineTable.Th>
              ))}
            </MantineTable.Tr>
          </MantineTable.Thead>
          <MantineTable.Tbody>
            {rows.slice(0, MAX_ROWS).map((row, index) => (
              <MantineTable.Tr key={index}>
                {columns.map((column) => (
                  <MantineTable.Td
                    key={column}
                    className={styles.tableCell}
                    data-number={typeof row[column] === 'number' || undefined}
                  >
                    {textOfCell(row[column])}
                  </MantineTable.Td>
                ))}
              </MantineTable.Tr>
            ))}
          </MantineTable.Tbody>
        </MantineTable>
      </div>
      {rows.length > MAX_ROWS && (
        <p className={styles.cut}>{t('rowsCut', { shown: MAX_ROWS, count: rows.length })}</p>
      )}
    </>
  )
}

function textOfCell(value: unknown): string {
  if (value === undefined) return ''
  return typeof value === 'string' ? value : String(value)
}
