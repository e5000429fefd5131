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
  const options: Record<string, Record<string, object>> = words.option
  for (const { use, options: schema, isFixed } of middlewares.kinds()) {
    expect(Object.keys(kinds[use] ?? {}), use).toEqual(['title', 'text'])
    // Filled in on other tabs.
    if (isFixed) continue
    const fields = (schema['properties'] ?? {}) as Record<string, { items?: { enum?: string[] } }>
    const said = options[use] ?? {}
    expect(Object.keys(said).toSorted(), use).toEqual(Object.keys(fields).toSorted())
    for (const [name, { items }] of Object.entries(fields)) {
      const { choice = {} } = (said[name] ?? {}) as { choice?: object }
      expect(Object.keys(choice), `${use}.${name}`).toEqual(items?.enum ?? [])
    }
  }
})
