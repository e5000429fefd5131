import react from '@vitejs/plugin-react'
import type { UserConfig as BundleConfig } from 'electron-vite'
import { resolve } from 'node:path'
import type { ViteUserConfig as TestConfig } from 'vitest/config'
import { LongestFirst } from './scripts/longest-first.ts'
import { STORE_TESTS } from './scripts/store-tests.ts'

const fromRoot = (path: string) => resolve(import.meta.dirname, path)

/**
 * What electron-vite builds into out/. "dependencies" of package.json stay outside of the bundles
 * and are loaded from node_modules; "devDependencies" are bundled.
 */
const bundles = {
  main: {
    build: {
      outDir: fromRoot('out/main'),
      rollupOptions: {
        input: {
          index: fromRoot('electron/main/index.ts'),
          headless: fromRoot('electron/headless/index.ts'),
          metamcp: fromRoot('electron/cli/index.ts'),
          'db-worker': fromRoot('electron/core/db/worker.ts'),
          'token-worker': fromRoot('electron/core/token-worker.ts'),
        },
        // Flat: a chunk that opens `./db-worker.js` beside itself must find it.
        output: { format: 'es', chunkFileNames: '[name]-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      outDir: fromRoot('out/preload'),
      // A sandboxed preload script can load nothing, and only as CommonJS.
      externalizeDeps: false,
      rollupOptions: {
        input: { index: fromRoot('electron/preload/index.ts') },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: fromRoot('renderer'),
    plugins: [react()],
    // Only the library's own tests use it. It compiles schemas to code, which the page's policy
    // forbids, so it is not there; anything with a default export will do in its place.
    resolve: { alias: { '@rjsf/validator-ajv8': 'dayjs' } },
    build: {
      outDir: fromRoot('out/renderer'),
      minify: true,
      // Says which chunk needs which: scripts/page-size.ts counts by it.
      manifest: true,
      // As files: the page's policy allows no fonts from `data:`.
      assetsInlineLimit: 0,
      rollupOptions: { input: fromRoot('renderer/index.html') },
    },
  },
} satisfies BundleConfig

const limits = { testTimeout: 30_000, hookTimeout: 30_000 }
/** A whole program and a browser take their time where other tests run beside them. */
const flowLimits = {
  testTimeout: 120_000,
  hookTimeout: 60_000,
  expect: { poll: { timeout: 15_000 } },
}
const globalSetup = [
  'electron/core/testing/global-setup.ts',
  'electron/core/testing/postgres-setup.ts',
]

/*
 * With `isolate: false` a process runs one file after the other and loads what they import once,
 * which halves the work of most. What the tests of a file share is closed by `afterFile`.
 */

/** Most of a test's time is starting programs: what Node compiled for one is there for the next. */
const env = { NODE_COMPILE_CACHE: fromRoot('node_modules/.cache/metamcp/compiled') }
const setupFiles = ['electron/core/testing/around-file.ts']
/** PGlite lives for seconds here: compiling its code well takes longer than running it does. */
const execArgv = ['--liftoff-only']

/** `core` runs the sources, `postgres` those of the stores on a real PostgreSQL, `built` what is in out/, `browser` that with a page of a Chromium. */
const tests = {
  test: {
    // By default one core is left idle; on a machine with two that is half of it.
    maxWorkers: '100%',
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: 'core',
          include: ['{electron,renderer,shared,scripts,bench}/**/*.test.{ts,tsx}'],
          exclude: ['**/*.{built,browser,postgres}.test.ts'],
          pool: 'forks',
          isolate: false,
          globalSetup,
          ...{ setupFiles, env, execArgv },
          ...limits,
        },
      },
      {
        test: {
          name: 'postgres',
          include: ['electron/**/*.postgres.test.ts', ...STORE_TESTS],
          pool: 'forks',
          isolate: false,
          globalSetup,
          ...{ setupFiles, env, execArgv },
          ...limits,
        },
      },
      {
        test: {
          name: 'built',
          include: ['{electron,scripts}/**/*.built.test.ts'],
          pool: 'forks',
          env,
          ...flowLimits,
        },
      },
      {
        test: {
          name: 'browser',
          include: ['electron/e2e/**/*.browser.test.ts'],
          pool: 'forks',
          isolate: false,
          ...{ setupFiles, env },
          ...flowLimits,
        },
      },
    ],
  },
} satisfies TestConfig

// One file for two tools: each reads its own keys and leaves the other's alone.
export default { ...bundles, ...tests }
