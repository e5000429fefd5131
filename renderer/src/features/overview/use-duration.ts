import { useTranslation } from 'react-i18next'
import { useFormat } from './use-format.ts'

/** Writes a time that something took: `12 ms`, `1.2 s`; of two, both ends. */
export function useDuration() {
  const { t } = useTranslation('overview')
  const format = useFormat()
  return (ms: number, longestMs = ms) => {
    const [from, to] = [format.duration(ms), format.duration(longestMs)]
    const unit = to.isLong ? 'seconds' : 'milliseconds'
    if (from.value === to.value && from.isLong === to.isLong) return t(unit, { value: to.value })
    if (from.isLong !== to.isLong) {
      return t('range', {
        from: t('milliseconds', { value: from.value }),
        to: t(unit, { value: to.value }),
      })
    }
    return t(unit, { value: t('span', { from: from.value, to: to.value }) })
  }
}
