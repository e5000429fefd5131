import { Button } from '@mantine/core'
import type { ErrorComponentProps } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { Problem } from '../ui/problem.tsx'

/** A page that broke; the shell around it goes on. */
export function PageProblem({ error, reset }: ErrorComponentProps) {
  const { t } = useTranslation('shell')
  return (
    <main style={{ padding: 24 }}>
      <Problem
        title={t('pageProblem.title')}
        text={t('pageProblem.text')}
        details={error instanceof Error ? `${error.message}\n${error.stack ?? ''}` : String(error)}
        actions={<Button onClick={reset}>{t('pageProblem.again')}</Button>}
      />
    </main>
  )
}
