import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'

/** Numbers as the language writes them: `2,040`, and `9.4k` where they are estimates. */
export function useFormat() {
  const { i18n } = useTranslation()
  const language = i18n.resolvedLanguage ?? 'en'
  return useMemo(() => {
    const whole = new Intl.NumberFormat(language)
    const short = new Intl.NumberFormat(language, {
      notation: 'compact',
      maximumFractionDigits: 1,
    })
    return {
      number: (value: number) => whole.format(value),
      about: (value: number) => short.format(value).replace('K', 'k'),
    }
  }, [language])
}
