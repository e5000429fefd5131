import { Skeleton } from '@mantine/core'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'

/** Before this time nothing is drawn: most things are there sooner. */
const PATIENCE_MS = 150

/** Rows to come, of their real height. */
export function LoadingRows({ rows = 8, height = 32 }: { rows?: number; height?: number }) {
  const { t } = useTranslation('ui')
  const [isShown, setShown] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), PATIENCE_MS)
    return () => clearTimeout(timer)
  }, [])
  return (
    <div role="status" aria-label={t('loading')}>
      {isShown &&
        Array.from({ length: rows }, (_, index) => (
          <div key={index} style={{ height, padding: '8px 16px', boxSizing: 'border-box' }}>
            <Skeleton height={height - 16} width={`${70 - ((index * 13) % 40)}%`} animate={false} />
          </div>
        ))}
    </div>
  )
}
