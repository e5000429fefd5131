import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'

/** Times and sizes as the language writes them. */
export function useFormat() {
  const { t, i18n } = useTranslation('inspector')
  const language = i18n.resolvedLanguage ?? 'en'
  return useMemo(() => {
    const whole = new Intl.NumberFormat(language, { maximumFractionDigits: 0 })
    const short = new Intl.NumberFormat(language, { maximumFractionDigits: 1 })
    const fine = new Intl.NumberFormat(language, { maximumSignificantDigits: 3 })
    const clock = new Intl.DateTimeFormat(language, {
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    })
    return {
      ms: (ms: number) =>
        ms < 1_000
          ? t('unit.ms', { n: whole.format(Math.max(1, Math.round(ms))) })
          : t('unit.s', { n: fine.format(ms / 1_000) }),
      bytes: (bytes: number) => {
        if (bytes < 1_000) return t('unit.b', { n: whole.format(bytes) })
        if (bytes < 1_000_000) return t('unit.kb', { n: short.format(bytes / 1_000) })
        return t('unit.mb', { n: short.format(bytes / 1_000_000) })
      },
      /** About what a text costs a model. */
      tokens: (chars: number) => t('unit.tokens', { n: whole.format(Math.ceil(chars / 4)) }),
      number: (n: number) => short.format(n),
      time: (at: number) => clock.format(at),
    }
  }, [t, language])
}
