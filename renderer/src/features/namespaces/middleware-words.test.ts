import { expect, test } from 'vitest'
import { MIDDLEWARE_KINDS } from '../../../../electron/core/gateway/middleware/kinds.ts'
import { openMiddlewares } from '../../../../electron/core/gateway/middleware/middlewares.ts'
import { openOwnModules } from '../../../../electron/core/gateway/middleware/own-modules.ts'
import { openLog } from '../../../../electron/core/log.ts'
import en from './locales/en.json' with { type: 'json' }
import zh from './locales/zh.json' with { type: 'json' }

test.each([
  ['English', en.middleware],
  ['Chinese', zh.middleware],
])('each middleware and each of its options has words in %s', (_, words) => {
  const middlewares = openMiddlewares(MIDDLEWARE_KINDS, openOwnModules(openLog('silent')))
  const kinds: Record<string, object> = words.kind
  const options: Record<string, object> = words.option
  for (const { use, options: schema } of middlewares.kinds()) {
    expect(Object.keys(kinds[use] ?? {}), use).toEqual(['title', 'text'])
    const fields = Object.keys(schema['properties'] ?? {})
    expect(Object.keys(options[use] ?? {}).toSorted(), use).toEqual(fields.toSorted())
  }
})
