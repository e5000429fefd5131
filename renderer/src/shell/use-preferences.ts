import { useMantineColorScheme } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { systemLanguage } from '../i18n.ts'
import { useTRPC } from '../trpc.ts'

/** Makes the window look and speak as the person chose; a copy of it avoids a flash at the start. */
export function usePreferences(): void {
  const { data } = useQuery(useTRPC().settings.get.queryOptions())
  const { setColorScheme } = useMantineColorScheme()
  const { i18n } = useTranslation()
  const theme = data?.theme
  const language = data?.language
  useEffect(() => {
    if (theme) setColorScheme(theme === 'system' ? 'auto' : theme)
  }, [theme, setColorScheme])
  useEffect(() => {
    if (!language) return
    localStorage.setItem('language', language)
    void i18n.changeLanguage(language === 'system' ? systemLanguage() : language)
  }, [language, i18n])
}
