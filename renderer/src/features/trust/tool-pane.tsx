import { Button } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { drawHidden } from '../../../../shared/hidden-characters.ts'
import { useCommands } from '../../ui/commands.ts'
import { LineDiff, WordDiff } from '../../ui/diff.tsx'
import { State } from '../../ui/state.tsx'
import { Flags } from './flags.tsx'
import { mayDecide, whyOf } from './list.tsx'
import styles from './trust.module.css'
import type { ToolRow } from './trust-rows.ts'
import type { Deciding } from './use-deciding.ts'

/** `isOld`: it says something else by now. */
type ToolPaneProps = { row: ToolRow; isOld: boolean; deciding: Deciding }

/** A tool as it was and as it is, what is odd about it, and the decision. */
export function ToolPane({ row, isOld, deciding }: ToolPaneProps) {
  const { t } = useTranslation('trust')
  return (
    <div className={styles.pane}>
      <header className={styles.head}>
        <h2 className={styles.title} translate="no">
          {row.server} · {drawHidden(row.tool)}
        </h2>
      </header>
      <State tone="warn">{t(whyOf(row))}</State>
      <Flags flags={row.flags} />
      {TEXTS.map((field) => (
        <Text key={field} row={row} field={field} />
      ))}
      {STRUCTURES.map((field) => (
        <Structure key={field} row={row} field={field} />
      ))}
      {row.why === 'changed' && row.before === null && (
        <p className={styles.note}>{t('noBefore')}</p>
      )}
      <Consequence row={row} />
      {mayDecide(row) ? (
        <Buttons row={row} isOld={isOld} deciding={deciding} />
      ) : (
        <p className={styles.note}>{t('notYours')}</p>
      )}
    </div>
  )
}

const TEXTS = ['title', 'description'] as const
const STRUCTURES = ['inputSchema', 'outputSchema', 'annotations'] as const

/** Who gets it now, and what it takes for that to be different. */
function Consequence({ row }: { row: ToolRow }) {
  const { t } = useTranslation('trust')
  const names = row.places.map(({ namespace }) => namespace)
  return (
    <p className={styles.note}>
      {t(row.held ? 'heldIn' : 'toldIn', { count: names.length, names: names.join(', ') })}{' '}
      <Link to="/namespaces" search={{ selected: row.namespaceId }}>
        {t('rules')}
      </Link>
    </p>
  )
}

function Buttons({ row, isOld, deciding }: ToolPaneProps) {
  const { t } = useTranslation('trust')
  const accept = () => void deciding.accept(row)
  const refuse = () => void deciding.refuse(row)
  useCommands([
    {
      ...{ id: 'trust.accept', label: t('command.accept', { name: row.tool }) },
      ...{ shortcut: 'mod+Enter', run: accept },
    },
    { id: 'trust.refuse', label: t('command.refuse', { name: row.tool }), run: refuse },
  ])
  return (
    <div className={styles.buttons}>
      <Button variant="filled" disabled={isOld} onClick={accept}>
        {t(row.why === 'changed' ? 'acceptChange' : 'accept')}
      </Button>
      <Button onClick={refuse}>{t('refuse')}</Button>
      <Button variant="subtle" color="gray" onClick={() => void deciding.turnOff(row)}>
        {t('turnOff', { server: row.server })}
      </Button>
    </div>
  )
}

type PartProps = { row: ToolRow; field: string }

function Text({ row, field }: PartProps) {
  const { t } = useTranslation('trust')
  const [before, after] = [row.before?.[field], row.after[field]].map(textOf)
  if (before === '' && after === '') return null
  const label = t(`field.${field}`)
  return (
    <section className={styles.part}>
      <h3 className={styles.label}>{label}</h3>
      {row.before && before !== after ? (
        <WordDiff before={before ?? ''} after={after ?? ''} label={label} />
      ) : (
        <p className={styles.text}>{after}</p>
      )}
    </section>
  )
}

function Structure({ row, field }: PartProps) {
  const { t } = useTranslation('trust')
  const [before, after] = [row.before?.[field], row.after[field]].map(jsonOf)
  if (before === '' && after === '') return null
  const label = t(`field.${field}`)
  const isSame = row.before !== null && before === after
  return (
    <section className={styles.part}>
      <h3 className={styles.label}>{label}</h3>
      {isSame ? (
        <p className={styles.note}>{t('noChange')}</p>
      ) : (
        <LineDiff
          before={row.before ? (before ?? '') : (after ?? '')}
          after={after ?? ''}
          label={label}
        />
      )}
    </section>
  )
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? drawHidden(value) : ''
}

function jsonOf(value: unknown): string {
  return value === undefined ? '' : drawHidden(JSON.stringify(value, null, 2))
}
