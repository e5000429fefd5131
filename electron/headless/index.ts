import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { argv, env, exit, stderr, stdout } from 'node:process'
import packageJson from '../../package.json' with { type: 'json' }
import {
  AppError,
  messageOf,
  openLog,
  startCore,
  type Core,
  type CoreConfig,
} from '../core/index.ts'
import { readHeadlessConfig, type HeadlessConfig } from './env-config.ts'
import { greeting } from './greeting.ts'

/** The project's folder, seen from out/main, where this file is built to. */
const ROOT = resolve(import.meta.dirname, '../..')
const TEMPLATE = resolve(ROOT, 'out/db-template.tgz')

await main()

async function main(): Promise<void> {
  const start = readHeadlessConfig(argv.slice(2), env)
  if (start.kind === 'help') return void stdout.write(start.text)
  if (start.kind === 'mistake') return fail(start.text)
  // Before the start, which takes long enough for somebody to change their mind.
  const stopping = Promise.withResolvers<void>()
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stopping.resolve())
  try {
    const core = await startCore(coreConfig(start.config))
    stdout.write(greeting(core, start.config.dataDir))
    await stopping.promise
    await stop(core)
  } catch (error) {
    // A sentence for a person; anything else is a bug, and its stack the only trace of it.
    fail(error instanceof AppError ? error.message : stackOf(error))
  }
}

async function stop(core: Core): Promise<void> {
  stderr.write('MetaMCP is closing: calls in flight have 5 seconds.\n')
  await core.close()
  exit(0)
}

function coreConfig({ logLevel, ...config }: HeadlessConfig): CoreConfig {
  return {
    ...config,
    resourcesDir: resolve(ROOT, 'resources'),
    databaseTemplate: existsSync(TEMPLATE) ? TEMPLATE : null,
    version: packageJson.version,
    log: openLog(logLevel),
  }
}

function fail(text: string): void {
  stderr.write(`${text}\n`)
  exit(1)
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? messageOf(error)) : String(error)
}
