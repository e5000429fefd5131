import { createInstance } from 'i18next'
import sharedEn from '../../shared/locales/en.json' with { type: 'json' }
import sharedZh from '../../shared/locales/zh.json' with { type: 'json' }
import type { Words } from '../../shared/server-problem.ts'
import en from './locales/en.json' with { type: 'json' }
import zh from './locales/zh.json' with { type: 'json' }

/** The words that the system shows for us: tray, menus, dialogs, notifications. */
export interface Speech {
  readonly language: string
  say(key: string, values?: Record<string, string | number>): string
  /** Words that window, tray and notifications share. */
  sayShared(words: Words): string
}

/** In a language as a system names it (`zh-Hans-CN`); in English where we have no words for it. */
export function speak(language: string): Speech {
  const i18n = createInstance()
  void i18n.init({
    lng: language,
    fallbackLng: 'en',
    supportedLngs: ['en', 'zh'],
    nonExplicitSupportedLngs: true,
    load: 'languageOnly',
    initAsync: false,
    resources: { en: { main: en, shared: sharedEn }, zh: { main: zh, shared: sharedZh } },
    defaultNS: 'main',
    interpolation: { escapeValue: false },
  })
  return {
    language: i18n.resolvedLanguage ?? 'en',
    say: (key, values = {}) => i18n.t(key, values),
    sayShared: ({ key, values }) => i18n.t(key, { ns: 'shared', ...values }),
  }
}
