import { useTranslation } from 'react-i18next'

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const
const STEP = 1_000

/** Sizes as people write them: `412 MB`. */
export function useBytes(): (bytes: number) => string {
  const { i18n } = useTranslation()
  return (bytes) => {
    const power = Math.min(
      UNITS.length - 1,
      Math.floor(Math.log(Math.max(1, bytes)) / Math.log(STEP)),
    )
    return new Intl.NumberFormat(i18n.resolvedLanguage, {
      ...{ style: 'unit', unit: UNITS[power], unitDisplay: 'short' },
      maximumFractionDigits: power < 2 ? 0 : 1,
    }).format(bytes / STEP ** power)
  }
}
