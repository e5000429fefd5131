import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'

const SECOND_MS = 1_000

/** Numbers, durations and times as the language writes them. */
export function useFormat() {
  const { i18n } = useTranslation()
  const language = i18n.resolvedLanguage ?? 'en'
  return useMemo(() => {
    const whole = new Intl.NumberFormat(language)
    const short = new Intl.NumberFormat(language, {
      notation: 'compact',
      maximumFractionDigits: 1,
    })
    const unit = (name: 'millisecond' | 'second', digits: number) =>
      new Intl.NumberFormat(language, {
        ...{ style: 'unit', unit: name, unitDisplay: 'short' },
        maximumFractionDigits: digits,
      })
    const ms = unit('millisecond', 0)
    const seconds = unit('second', 1)
    const clock = new Intl.DateTimeFormat(language, { timeStyle: 'short' })
    return {
      number: (value: number) => whole.format(value),
      about: (value: number) => short.format(value).replace('K', 'k'),
      /** Of milliseconds: `620 ms`, `1.2 s`. */
      duration: (value: number) =>
        value < SECOND_MS
          ? ms.format(Math.round(value)).replace('sec', 's')
          : seconds.format(value / SECOND_MS).replace(/\s?sec$/, ' s'),
      time: (at: number) => clock.format(at),
    }
  }, [language])
}
