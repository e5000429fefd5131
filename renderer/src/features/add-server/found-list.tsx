import { Button, Checkbox, Radio, TextInput } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { FoundEntry } from '../../../../shared/add-server.ts'
import { serverName } from '../../../../shared/names.ts'
import styles from './add-server.module.css'
import { NeededValues } from './needed-values.tsx'
import { launchOf, Runs } from './runs.tsx'
import type { Choice, Choices } from './use-choices.ts'
import type { Reading } from './use-found.ts'

type FoundListProps = { reading: Reading; choices: Choices }

/** What was found, one server a row: tick, name, what it runs, what it needs, or why it cannot be. */
export function FoundList({ reading, choices }: FoundListProps) {
  const { t } = useTranslation('add-server')
  const { found, source, backToBox } = reading
  const { entries, format } = found
  return (
    <section aria-label={t('found')}>
      <div className={styles.caption}>
        <span role="status">
          {source
            ? t(`from.${source.kind}`, { name: source.name, count: entries.length })
            : t(`format.${format ?? 'entry'}`, { count: entries.length })}
        </span>
        {source && (
          <Button variant="subtle" color="gray" onClick={backToBox}>
            {t('back')}
          </Button>
        )}
      </div>
      <ul className={styles.entries}>
        {entries.map((entry) => (
          <Entry
            key={entry.key}
            entry={entry}
            isEither={found.isEither}
            choice={choices.of(entry)}
            onChange={(changed) => choices.change(entry, changed)}
          />
        ))}
      </ul>
    </section>
  )
}

type EntryProps = {
  entry: FoundEntry
  isEither: boolean
  choice: Choice
  onChange: (changed: Partial<Choice>) => void
}

function Entry({ entry, isEither, choice, onChange }: EntryProps) {
  const { t } = useTranslation('add-server')
  const { problem, definition, description, notes, leftOut, reads, needs } = entry
  const { isTicked, name, values } = choice
  if (problem !== null || definition === null) {
    return (
      <li className={styles.entry}>
        <Checkbox checked={false} disabled label={entry.name} />
        <span className={styles.skipped}>{t('skipped')}</span>
        <p className={styles.bad}>{problem}</p>
      </li>
    )
  }
  const Tick = isEither ? Radio : Checkbox
  const isFitting = serverName.safeParse(name).success
  return (
    <li className={styles.entry}>
      <Tick
        aria-label={t(isEither ? 'choose' : 'tick', { name, runs: launchOf(definition) })}
        checked={isTicked}
        onChange={(event) => onChange({ isTicked: event.currentTarget.checked })}
      />
      <TextInput
        aria-label={t('nameOf', { name: entry.name })}
        className={styles.name}
        value={name}
        spellCheck={false}
        error={isFitting ? undefined : t('nameRule')}
        onChange={(event) => onChange({ name: event.currentTarget.value })}
      />
      <div className={styles.details}>
        {description !== '' && <p className={styles.note}>{description}</p>}
        <Runs definition={definition} />
        {notes.map((note) => (
          <p key={note} className={note === 'deprecated' ? styles.warn : styles.note}>
            {t(`note.${note}`, { before: entry.name, name: entry.willBeCalled })}
          </p>
        ))}
        {leftOut.length > 0 && (
          <p className={styles.warn}>{t('leftOut', { names: leftOut.join(', ') })}</p>
        )}
        {reads.length > 0 && (
          <p className={styles.note}>{t('reads', { names: reads.join(', ') })}</p>
        )}
        {isTicked && (
          <NeededValues
            needs={needs}
            values={values}
            onChange={(given) => onChange({ values: given })}
          />
        )}
      </div>
    </li>
  )
}
