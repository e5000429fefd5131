import { NativeSelect } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import styles from './add-server.module.css'
import type { Target } from './use-target.ts'

/** Which namespace gets the new servers. */
export function TargetField({ target }: { target: Target }) {
  const { t } = useTranslation('add-server')
  const { namespaces, value, choose } = target
  const data = [
    ...namespaces.map(({ id, name }) => ({ value: id, label: name })),
    { value: '', label: t('nowhere') },
  ]
  return (
    <label className={styles.target}>
      {t('addTo')}
      <NativeSelect
        data={data}
        value={value}
        onChange={(event) => choose(event.currentTarget.value)}
      />
    </label>
  )
}
