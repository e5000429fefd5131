import i18next, { type BackendModule } from 'i18next'
import { initReactI18next } from 'react-i18next'

export const LANGUAGES = { en: 'English', zh: '中文' } as const
export type Language = keyof typeof LANGUAGES

type Words = { default: Record<string, unknown> }
const files = import.meta.glob<Words>([
  './features/*/locales/*.json',
  './shell/locales/*.json',
  './ui/locales/*.json',
])
const shared = import.meta.glob<Words>('../../shared/locales/*.json')

/** The words of a folder, read when something of it is first shown. */
const backend: BackendModule = {
  type: 'backend',
  init() {},
  read(language, namespace, done) {
    const load =
      files[`./features/${namespace}/locales/${language}.json`] ??
      files[`./${namespace}/locales/${language}.json`] ??
      shared[`../../${namespace}/locales/${language}.json`]
    if (!load) return done(new Error(`There are no words for ${namespace}`), null)
    load().then(
      (words) => done(null, words.default),
      (error: unknown) => done(error as Error, null),
    )
  },
}

/** The language that a person chose, or else the system's, or else English. */
export function startLanguage(chosen: string | null): Promise<unknown> {
  i18next.on('languageChanged', (language) => (document.documentElement.lang = language))
  return i18next
    .use(backend)
    .use(initReactI18next)
    .init({
      lng: chosen && chosen !== 'system' ? chosen : systemLanguage(),
      fallbackLng: 'en',
      supportedLngs: Object.keys(LANGUAGES),
      nonExplicitSupportedLngs: true,
      load: 'languageOnly',
      ns: ['shell', 'ui', 'shared'],
      defaultNS: 'ui',
      interpolation: { escapeValue: false },
    })
}

export function systemLanguage(): Language {
  return navigator.languages.some((one) => one.startsWith('zh')) &&
    !navigator.language.startsWith('en')
    ? 'zh'
    : 'en'
}
