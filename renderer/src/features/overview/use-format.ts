import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'

const SECOND_MS = 1_000
const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
]

/** Numbers, durations and times as the language writes them. */
export function useFormat() {
  const { i18n } = useTranslation()
  const language = i18n.resolvedLanguage ?? 'en'
  return useMemo(() => {
    const whole = new Intl.NumberFormat(language)
    const compact = { notation: 'compact', maximumFractionDigits: 1 } as const
    const about = new Intl.NumberFormat(language, compact)
    const seconds = new Intl.NumberFormat(language, { maximumFractionDigits: 1 })
    const clock = new Intl.DateTimeFormat(language, { timeStyle: 'medium', hourCycle: 'h23' })
    const minute = new Intl.DateTimeFormat(language, { timeStyle: 'short', hourCycle: 'h23' })
    const relative = new Intl.RelativeTimeFormat(language, { style: 'narrow', numeric: 'always' })
    return {
      number: (value: number) => whole.format(value),
      about: (value: number) => about.format(value).replace('K', 'k'),
      /** Of milliseconds: the number, and whether it is seconds. */
      duration: (ms: number) => {
        const isLong = ms >= SECOND_MS
        return {
          isLong,
          value: isLong ? seconds.format(ms / SECOND_MS) : whole.format(Math.ceil(ms)),
        }
      },
      clock: (at: number) => clock.format(at),
      minute: (at: number) => minute.format(at),
      /** `3 hr ago`; the last minute is not counted. */
      ago: (ms: number) => {
        const [unit, size] = STEPS.find(([, step]) => ms >= step) ?? ['minute', 60_000]
        return relative.format(-Math.max(1, Math.floor(ms / size)), unit)
      },
    }
  }, [language])
}
