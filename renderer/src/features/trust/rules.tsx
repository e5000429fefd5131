import { NativeSelect } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useTRPC } from '../../trpc.ts'
import { RuleFields } from '../namespaces/new-tools.tsx'
import styles from './trust.module.css'

/** What is to wait here: the two rules of a namespace, one namespace at a time. */
export function Rules() {
  const { t } = useTranslation('trust')
  const namespaces = useQuery(useTRPC().namespaces.list.queryOptions()).data ?? []
  const [chosen, choose] = useState<string | null>(null)
  const named = namespaces.find(({ id }) => id === chosen)
  const shown = named ?? namespaces.find(({ name }) => name === 'default') ?? namespaces[0]
  if (!shown) return null
  return (
    <section className={styles.rules} aria-label={t('rulesOf', { name: shown.name })}>
      {namespaces.length > 1 && (
        <NativeSelect
          className={styles.rule ?? ''}
          label={t('namespace')}
          value={shown.id}
          data={namespaces.map(({ id, name }) => ({ value: id, label: name }))}
          onChange={(event) => choose(event.currentTarget.value)}
        />
      )}
      <RuleFields key={shown.id} of={shown} className={styles.rule ?? ''} />
    </section>
  )
}
