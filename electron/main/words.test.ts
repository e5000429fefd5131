import { expect, test } from 'vitest'
import en from './locales/en.json' with { type: 'json' }
import zh from './locales/zh.json' with { type: 'json' }
import { speak } from './words.ts'

/** All texts by their paths, each as the names of the values in it. */
function textsOf(words: object, path = ''): [path: string, values: string[]][] {
  return Object.entries(words).flatMap(([key, value]): [string, string[]][] => {
    if (typeof value !== 'string') return textsOf(value as object, `${path}${key}.`)
    return [[`${path}${key}`, (value.match(/{{\w+}}/g) ?? []).toSorted()]]
  })
}

test('both languages say the same things, with the same values', () => {
  // Only English has a singular.
  const english = textsOf(en).filter(([path]) => !path.endsWith('_one'))
  expect(Object.fromEntries(textsOf(zh))).toEqual(Object.fromEntries(english))
})

test('a language is found by the name that a system gives it', () => {
  const languages = ['en-GB', 'zh-Hans-CN', 'zh-TW', 'de-DE'].map((name) => speak(name).language)
  expect(languages).toEqual(['en', 'zh', 'zh', 'en'])
  expect(speak('en').say('tray.needYou', { count: 1 })).toBe('1 needs you')
  expect(speak('zh').say('closing.title', { count: 2 })).toBe('正在完成 2 个调用')
})
