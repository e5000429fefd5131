import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'

const STEPS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
]

/** `10 minutes ago`, when it was first shown; the empty text for nothing. */
export function useAgo(at: string | null): string {
  const { i18n } = useTranslation()
  const language = i18n.resolvedLanguage ?? 'en'
  return useMemo(() => {
    if (at === null) return ''
    const format = new Intl.RelativeTimeFormat(language, { numeric: 'auto' })
    const ms = Date.now() - Date.parse(at)
    const [unit, size] = STEPS.find(([, length]) => ms >= length) ?? ['minute', 60_000]
    return format.format(-Math.floor(ms / size), unit)
  }, [at, language])
}
