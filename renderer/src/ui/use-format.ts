import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'

const SECOND_MS = 1_000
const SIZE_UNITS = ['unit.b', 'unit.kb', 'unit.mb', 'unit.gb'] as const
const SIZE_STEP = 1_000

/** Numbers, durations, sizes and times of the day as the language writes them. */
export function useFormat() {
  const { t, i18n } = useTranslation('ui')
  const language = i18n.resolvedLanguage ?? 'en'
  return useMemo(() => {
    const { whole, short, compact, minute, clock } = formatsOf(language)
    const part = (ms: number) => {
      const rounded = Math.max(1, Math.ceil(ms))
      return rounded < SECOND_MS
        ? { unit: 'unit.ms' as const, n: whole.format(rounded) }
        : { unit: 'unit.s' as const, n: short.format(ms / SECOND_MS) }
    }
    return {
      /** `2,040`, with one decimal at most. */
      number: (value: number) => short.format(value),
      /** `9.4k`, for what is an estimate. */
      about: (value: number) => compact.format(value).replace('K', 'k'),
      /** Of milliseconds: `12 ms`, `1.2 s`; of two, both ends: `5–7 ms`. */
      duration(ms: number, longestMs = ms) {
        const [from, to] = [part(ms), part(longestMs)]
        if (from.unit !== to.unit) {
          return t('unit.range', { from: t(from.unit, { n: from.n }), to: t(to.unit, { n: to.n }) })
        }
        const n = from.n === to.n ? to.n : t('unit.span', { from: from.n, to: to.n })
        return t(to.unit, { n })
      },
      /** `412 MB` */
      bytes(bytes: number) {
        const steps = Math.floor(Math.log(Math.max(1, bytes)) / Math.log(SIZE_STEP))
        const power = Math.min(SIZE_UNITS.length - 1, steps)
        return t(SIZE_UNITS[power] ?? 'unit.b', { n: short.format(bytes / SIZE_STEP ** power) })
      },
      /** `09:41`, and with seconds `09:41:07`. */
      minute: (at: number) => minute.format(at),
      clock: (at: number) => clock.format(at),
    }
  }, [t, language])
}

function formatsOf(language: string) {
  const time = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const
  return {
    whole: new Intl.NumberFormat(language, { maximumFractionDigits: 0 }),
    short: new Intl.NumberFormat(language, { maximumFractionDigits: 1 }),
    compact: new Intl.NumberFormat(language, { notation: 'compact', maximumFractionDigits: 1 }),
    minute: new Intl.DateTimeFormat(language, time),
    clock: new Intl.DateTimeFormat(language, { ...time, second: '2-digit' }),
  }
}
