import { createInstance } from 'i18next'
import { createElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { I18nextProvider } from 'react-i18next'
import { expect, test } from 'vitest'
import en from './locales/en.json' with { type: 'json' }
import zh from './locales/zh.json' with { type: 'json' }
import { useFormat } from './use-format.ts'

type Format = ReturnType<typeof useFormat>

async function written(language: 'en' | 'zh', write: (format: Format) => string): Promise<string> {
  const i18n = createInstance()
  await i18n.init({
    ...{ lng: language, ns: 'ui', resources: { en: { ui: en }, zh: { ui: zh } } },
    interpolation: { escapeValue: false },
  })
  const Written = () => write(useFormat())
  return renderToStaticMarkup(createElement(I18nextProvider, { i18n }, createElement(Written)))
}

test.each<[string, (format: Format) => string]>([
  ['1 ms', ({ duration }) => duration(0)],
  ['12 ms', ({ duration }) => duration(11.2)],
  ['1 s', ({ duration }) => duration(999.5)],
  ['1.2 s', ({ duration }) => duration(1_240)],
  ['5–7 ms', ({ duration }) => duration(5, 7)],
  ['5 ms', ({ duration }) => duration(4.9, 5)],
  ['620 ms – 1.2 s', ({ duration }) => duration(620, 1_200)],
  ['0 B', ({ bytes }) => bytes(0)],
  ['1.5 KB', ({ bytes }) => bytes(1_500)],
  ['412 MB', ({ bytes }) => bytes(412_000_000)],
  ['5,000 GB', ({ bytes }) => bytes(5e12)],
  ['2,040', ({ number }) => number(2_040)],
  ['9.4k', ({ about }) => about(9_400)],
  ['09:41', ({ minute }) => minute(new Date(2026, 0, 1, 9, 41, 7).getTime())],
  ['00:00:07', ({ clock }) => clock(new Date(2026, 0, 1, 0, 0, 7).getTime())],
])('%s', async (text, write) => {
  expect(await written('en', write)).toBe(text)
})

test('in Chinese, too', async () => {
  expect(await written('zh', ({ duration }) => duration(1_240))).toBe('1.2 秒')
})
