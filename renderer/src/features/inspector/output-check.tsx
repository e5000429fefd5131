import { Text } from '@mantine/core'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { DoneIcon } from '../../ui/icons.ts'
import { Problem } from '../../ui/problem.tsx'
import { findProblems } from '../../ui/schema-check.ts'
import { problemText } from '../../ui/schema-words.ts'
import styles from './inspector.module.css'
import { isObject, type Item } from './offer.ts'
import type { RunView } from './run-view.ts'

type OutputCheckProps = { item: Item; run: RunView; structured: unknown }

/** Whether a tool keeps what its output schema promises: clients may refuse what does not. */
export function OutputCheck({ item, run, structured }: OutputCheckProps) {
  const { t } = useTranslation('inspector')
  const schema = item.raw['outputSchema']
  const problems = useMemo(
    () => (isObject(schema) && structured !== undefined ? findProblems(schema, structured) : []),
    [schema, structured],
  )
  if (run.tab !== 'tools' || !isObject(schema) || run.isError) return null
  if (structured === undefined) {
    return <Problem tone="warn" title={t('output.missing')} text={t('output.mayRefuse')} />
  }
  if (problems.length === 0) {
    return (
      <Text size="xs" className={styles.fits}>
        <DoneIcon size={14} aria-hidden="true" />
        {t('output.fits')}
      </Text>
    )
  }
  const lines = problems.map((problem) => problemText(t, problem))
  return (
    <Problem
      tone="warn"
      title={t('output.differs', { what: lines[0] })}
      text={t('output.mayRefuse')}
      details={lines.length > 1 ? lines.join('\n') : null}
    />
  )
}
