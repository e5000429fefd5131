import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'

const MINUTE_MS = 60_000
const STEPS = [
  ['minute', 60],
  ['hour', 24],
  ['day', Infinity],
] as const

/** Times as the language writes them. */
export function useTimes() {
  const { i18n } = useTranslation()
  const language = i18n.resolvedLanguage ?? 'en'
  return useMemo(() => {
    const clock = new Intl.DateTimeFormat(language, { timeStyle: 'medium' })
    const date = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' })
    const relative = new Intl.RelativeTimeFormat(language, { numeric: 'auto', style: 'short' })
    const isToday = (at: Date) => at.toDateString() === new Date().toDateString()
    return {
      /** `10:41:02`, or with its day where that is not today. */
      moment(iso: string): string {
        const at = new Date(iso)
        return isToday(at) ? clock.format(at) : date.format(at)
      },
      /** `3 hr. ago` */
      ago(iso: string): string {
        let value = Math.max(0, Math.floor((Date.now() - Date.parse(iso)) / MINUTE_MS))
        for (const [unit, size] of STEPS) {
          if (value < size) return relative.format(-value, unit)
          value = Math.floor(value / size)
        }
        return date.format(new Date(iso))
      },
    }
  }, [language])
}
