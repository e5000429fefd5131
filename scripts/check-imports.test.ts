import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempDisposableSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { checkImports } from './check-imports.ts'

/** Every kind of file, each with imports that it may have. */
const allowed: Record<string, string[]> = {
  'shared/server.ts': ['zod', './names.ts'],
  'shared/names.ts': [],
  'shared/server.test.ts': ['vitest', '../electron/core/errors.ts'],
  'electron/core/errors.ts': [],
  'electron/core/log.ts': ['pino'],
  'electron/core/secrets.ts': ['node:crypto', './errors.ts', './db/open.ts'],
  'electron/core/references.ts': ['./errors.ts'],
  'electron/core/db/open.ts': ['pg', '../errors.ts', './schema.ts'],
  'electron/core/db/schema.ts': ['../../../shared/server.ts'],
  'electron/core/connections/pool.ts': ['./connection.ts', '../errors.ts'],
  'electron/core/connections/connection.ts': ['../../../shared/server.ts', '../references.ts'],
  'electron/core/servers/router.ts': ['./store.ts', '../errors.ts'],
  'electron/core/servers/store.ts': ['../db/open.ts', '../../../shared/server.ts'],
  'electron/core/namespaces/router.ts': ['../db/open.ts'],
  'electron/core/auth/keys.ts': ['../secrets.ts'],
  'electron/core/gateway/relay.ts': ['../connections/pool.ts', '../errors.ts'],
  'electron/core/http/server.ts': ['express', '../gateway/relay.ts', '../auth/keys.ts'],
  'electron/core/http/health.ts': [],
  'electron/core/router.ts': ['./servers/router.ts', './namespaces/router.ts'],
  'electron/core/wiring/apply-config.ts': ['../servers/store.ts', '../references.ts'],
  'electron/core/wiring/gateway.ts': ['../gateway/relay.ts', './apply-config.ts'],
  'electron/core/core.ts': ['./http/server.ts', './router.ts', './wiring/gateway.ts'],
  'electron/core/index.ts': ['./core.ts'],
  'electron/core/core.test.ts': ['./core.ts', './testing/temp-core.ts', '../main/index.ts'],
  'electron/core/testing/temp-core.ts': ['../index.ts', '../servers/store.ts'],
  'electron/core/testing/echo-server.ts': [],
  'electron/e2e/start.ts': ['electron', '../core/core.ts'],
  'electron/host/greeting.ts': ['../core/index.ts', '../../shared/server.ts', './read-start.ts'],
  'electron/host/read-start.ts': ['zod'],
  'electron/headless/index.ts': ['./signals.ts', '../host/greeting.ts', '../core/index.ts'],
  'electron/headless/signals.ts': ['../../shared/server.ts'],
  'electron/main/index.ts': ['electron', '../host/greeting.ts', '../core/index.ts'],
  'electron/preload/index.ts': ['electron', '../../shared/server.ts'],
  'renderer/src/app.tsx': ['react', './trpc.ts', '../../shared/server.ts'],
  'renderer/src/trpc.ts': ['type ../../electron/core/index.ts'],
  'node_modules/zod/index.js': [],
  'node_modules/electron/index.js': [],
}

/** One more import, in a file of the tree above or a new one, and the rules it breaks. */
const forbidden: [from: string, to: string, ...rules: string[]][] = [
  ['shared/names.ts', './server.ts', 'no-cycles'],
  ['electron/core/db/schema.ts', 'type ../secrets.ts', 'no-cycles'],
  ['shared/names.ts', 'node:fs', 'shared-imports-only-zod'],
  ['shared/names.ts', 'express', 'shared-imports-only-zod'],
  ['shared/names.ts', '../electron/core/errors.ts', 'shared-imports-only-zod'],
  ['electron/core/errors.ts', 'electron', 'electron-only-in-main-and-preload'],
  ['electron/headless/index.ts', 'type electron', 'electron-only-in-main-and-preload'],
  ['renderer/src/app.tsx', 'electron', 'electron-only-in-main-and-preload'],
  ['electron/main/index.ts', '../e2e/start.ts', 'tests-are-not-imported', 'hosts-use-the-door'],
  ['electron/core/core.ts', './testing/echo-server.ts', 'tests-are-not-imported'],
  ['electron/core/core.ts', '../headless/signals.ts', 'core-knows-no-host'],
  [
    'electron/core/errors.ts',
    '../host/read-start.ts',
    'core-knows-no-host',
    'leaves-import-leaves',
  ],
  ['electron/core/log.ts', './servers/store.ts', 'leaves-import-leaves'],
  ['electron/core/db/schema.ts', 'type ../gateway/relay.ts', 'leaves-import-leaves'],
  ['electron/core/references.ts', './router.ts', 'leaves-import-leaves'],
  ['electron/core/log.ts', './wiring/gateway.ts', 'leaves-import-leaves'],
  ['electron/core/clock/tick.ts', '../auth/keys.ts', 'leaves-import-leaves'],
  ['electron/core/connections/pool.ts', '../servers/store.ts', 'connections-know-no-definitions'],
  ['electron/core/connections/pool.ts', '../http/health.ts', 'connections-know-no-definitions'],
  [
    'electron/core/namespaces/router.ts',
    '../wiring/gateway.ts',
    'features-do-not-know-one-another',
  ],
  ['electron/core/servers/store.ts', '../auth/keys.ts', 'features-do-not-know-one-another'],
  ['electron/core/logs/store.ts', '../gateway/relay.ts', 'features-do-not-know-one-another'],
  ['electron/core/servers/store.ts', '../connections/pool.ts', 'features-do-not-know-one-another'],
  ['electron/core/gateway/relay.ts', '../servers/store.ts', 'gateway-gets-rules-as-functions'],
  ['electron/core/gateway/relay.ts', '../http/health.ts', 'gateway-gets-rules-as-functions'],
  ['electron/core/inspector/runs.ts', '../auth/keys.ts', 'inspector-is-a-client-of-the-gateway'],
  ['electron/core/http/server.ts', '../router.ts', 'http-gets-the-router-as-a-value'],
  ['electron/core/http/server.ts', '../connections/pool.ts', 'http-gets-the-router-as-a-value'],
  ['electron/core/router.ts', './gateway/relay.ts', 'routers-join-features'],
  ['electron/core/wiring/apply-config.ts', '../connections/pool.ts', 'routers-join-features'],
  ['electron/headless/index.ts', '../core/core.ts', 'hosts-use-the-door'],
  ['electron/main/index.ts', '../headless/signals.ts', 'hosts-use-the-door'],
  ['electron/cli/export.ts', '../core/servers/store.ts', 'hosts-use-the-door'],
  ['electron/host/read-start.ts', '../headless/signals.ts', 'host-is-no-host'],
  ['electron/host/read-start.ts', '../core/errors.ts', 'host-is-no-host'],
  ['electron/host/read-start.ts', 'electron', 'electron-only-in-main-and-preload'],
  ['electron/preload/index.ts', '../core/index.ts', 'preload-exposes-a-bridge'],
  ['electron/preload/index.ts', '../host/read-start.ts', 'preload-exposes-a-bridge'],
  ['renderer/src/app.tsx', 'type ../../electron/core/index.ts', 'renderer-imports-shared'],
  ['renderer/src/trpc.ts', 'type ../../electron/core/core.ts', 'trpc-knows-the-door'],
  [
    'renderer/src/trpc.ts',
    '../../electron/core/errors.ts',
    'trpc-knows-the-door',
    'renderer-takes-types-only',
  ],
  ['renderer/src/trpc.ts', '../../electron/core/index.ts', 'renderer-takes-types-only'],
]

function write(root: string, path: string, imports: string[]): void {
  const lines = imports.map((target) =>
    target.startsWith('type ')
      ? `import type { thing } from '${target.slice(5)}'`
      : `import { thing } from '${target}'`,
  )
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), [...lines, 'export const thing = 1', ''].join('\n'))
}

function growTree() {
  const tree = mkdtempDisposableSync(join(tmpdir(), 'import-rules-'))
  for (const [path, imports] of Object.entries(allowed)) write(tree.path, path, imports)
  return tree
}

test('a tree that keeps the rules is clean', async () => {
  using tree = growTree()
  const ours = Object.keys(allowed).filter((path) => !path.startsWith('node_modules/'))
  const { modules, violations } = await checkImports(tree.path)
  expect({ modules, violations }).toEqual({ modules: ours.length, violations: [] })
})

test.each(forbidden)('%s may not import %s', async (from, to, ...rules) => {
  using tree = growTree()
  write(tree.path, from, [...(allowed[from] ?? []), to])
  const { violations } = await checkImports(tree.path)
  const broken = new Set(violations.map(({ rule }) => rule))
  expect([...broken].toSorted()).toEqual(rules.toSorted())
})

test('every rule has a forbidden import above', async () => {
  const { default: rules } = (await import('../.dependency-cruiser.mjs' as string)) as {
    default: { forbidden: { name: string }[] }
  }
  const tried = new Set(forbidden.flatMap(([, , ...names]) => names))
  expect([...tried].toSorted()).toEqual(rules.forbidden.map(({ name }) => name).toSorted())
})

test('the check fails where it finds no module', () => {
  using empty = mkdtempDisposableSync(join(tmpdir(), 'import-rules-'))
  const script = join(import.meta.dirname, 'check-imports.ts')
  const { status, stderr } = spawnSync(process.execPath, [script, empty.path], { encoding: 'utf8' })
  expect({ status, stderr }).toMatchObject({ status: 1, stderr: /No module was found/ })
})

test('the check fails and names file, import and rule where one is forbidden', () => {
  using tree = growTree()
  write(tree.path, 'shared/names.ts', ['node:fs'])
  const script = join(import.meta.dirname, 'check-imports.ts')
  const { status, stderr } = spawnSync(process.execPath, [script, tree.path], { encoding: 'utf8' })
  expect(status).toBe(1)
  expect(stderr).toContain('shared/names.ts → fs\n  shared-imports-only-zod: Both sides load')
})
